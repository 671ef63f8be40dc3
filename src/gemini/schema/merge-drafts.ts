import type { Json } from '../request.ts';
import { isWords, putWord, type Draft, type Words } from './draft.ts';
import { kinds } from './kinds.ts';

const larger: ReadonlySet<string> = new Set(['minimum', 'minLength', 'minItems']);
const smaller: ReadonlySet<string> = new Set(['maximum', 'maxLength', 'maxItems']);

const lengthOf = (value: Json | undefined): number => (Array.isArray(value) ? value.length : 0);

/** Of each property one of its schemas holds, the first that says something. */
const addProperties = (draft: Draft, more: Words): void => {
  const { properties } = draft.words;
  const mine: Words = {};
  const all = draft.ownsProperties && isWords(properties) ? properties : mine;
  if (all === mine && isWords(properties)) for (const name in properties) putWord(all, name, properties[name] ?? {});
  for (const name in more) {
    const had = Object.hasOwn(all, name) ? all[name] : undefined;
    if (!isWords(had) || Object.keys(had).length === 0) putWord(all, name, more[name] ?? {});
  }
  draft.words['properties'] = all;
  draft.ownsProperties = true;
};

/** `items` are what comes after the `prefixItems` of the same schema: they hold only where those end before ours do. */
const addLists = (words: Words, more: Words): void => {
  const { prefixItems, items } = more;
  const before = words['prefixItems'];
  if (before === undefined && prefixItems !== undefined) words['prefixItems'] = prefixItems;
  if (
    items !== undefined &&
    words['items'] === undefined &&
    (before === undefined || lengthOf(prefixItems) <= lengthOf(before))
  ) {
    words['items'] = items;
  }
};

const commonValues = (ours: Json, theirs: Json): Json | undefined => {
  if (!Array.isArray(ours) || !Array.isArray(theirs)) return undefined;
  const known = new Set(theirs);
  const both = ours.filter((value) => known.has(value));
  return both.length === 0 ? undefined : both;
};

const addWord = (draft: Draft, name: string, theirs: Json): void => {
  const { words } = draft;
  const ours = words[name];
  if (ours === undefined) words[name] = theirs;
  else if (typeof ours === 'number' && typeof theirs === 'number') {
    if (larger.has(name)) words[name] = Math.max(ours, theirs);
    else if (smaller.has(name)) words[name] = Math.min(ours, theirs);
  } else if (name === 'enum') {
    const both = commonValues(ours, theirs);
    if (both === undefined) draft.kinds = 0;
    else words[name] = both;
  }
};

/**
 * Makes a draft hold another one's words too (`allOf`): types that both take, properties and required names of both,
 * the tighter of bounds; of other words the first. What is left out of two that hold at once only makes it take more.
 */
export const mergeDraft = (draft: Draft, more: Draft): void => {
  const met = draft.kinds & more.kinds;
  draft.narrowed ||= met !== draft.kinds || met !== more.kinds || more.narrowed;
  draft.kinds = met;
  for (const name of more.required) draft.required.push(name);
  const { words } = draft;
  for (const name in more.words) {
    const theirs = more.words[name];
    if (theirs === undefined || name === 'type' || name === 'required' || name === 'prefixItems' || name === 'items')
      continue;
    if (name === 'properties') {
      if (isWords(theirs)) addProperties(draft, theirs);
    } else if (name === 'additionalProperties') {
      if (theirs !== true && (words[name] === undefined || words[name] === true)) words[name] = theirs;
    } else addWord(draft, name, theirs);
  }
  addLists(words, more.words);
  if (draft.kinds === kinds.null) draft.narrowed = true;
};
