import type { Json } from '../request.ts';
import { isWords, type Words } from './draft.ts';
import { definitionPrefix } from './definition-names.ts';
import { groupsOf, orderLinks } from './order-links.ts';

/** The word that makes a value needed, and the name in it that does where it is `required`. */
type Need = {
  readonly words: Words;
  readonly keyword: 'required' | 'minItems' | 'anyOf' | '$ref';
  readonly name: string;
};

/** A reference that every value of a definition leads on to. */
type Edge = { readonly from: number; readonly to: number; readonly need: Need };

type Found = { readonly numbers: ReadonlyMap<string, number>; readonly edges: Edge[]; readonly from: number };

const takesNull = (words: Words): boolean => {
  const { type, anyOf } = words;
  if (type === 'null' || (Array.isArray(type) && type.includes('null'))) return true;
  return Array.isArray(anyOf) && anyOf.some((one) => isWords(one) && one['type'] === 'null');
};

const minItems = (words: Words): number => (typeof words['minItems'] === 'number' ? words['minItems'] : 0);

const findInList = (words: Words, need: Need | undefined, found: Found): void => {
  const least = minItems(words);
  if (least === 0) return;
  const here: Need = need ?? { words, keyword: 'minItems', name: '' };
  const first = Array.isArray(words['prefixItems']) ? words['prefixItems'] : [];
  for (const one of first.slice(0, least)) findNeeds(one, here, found);
  if (least > first.length) findNeeds(words['items'], here, found);
};

/** The references that a value can't do without: past null, optional properties and lists that may be empty is none. */
const findNeeds = (schema: Json | undefined, need: Need | undefined, found: Found): void => {
  if (!isWords(schema) || takesNull(schema)) return;
  const { $ref: ref, anyOf, properties, required } = schema;
  if (typeof ref === 'string') {
    const to = found.numbers.get(ref.slice(definitionPrefix.length));
    if (to !== undefined)
      found.edges.push({ from: found.from, to, need: need ?? { words: schema, keyword: '$ref', name: '' } });
    return;
  }
  if (Array.isArray(anyOf))
    for (const one of anyOf) findNeeds(one, need ?? { words: schema, keyword: 'anyOf', name: '' }, found);
  if (isWords(properties) && Array.isArray(required)) {
    for (const name of required) {
      if (typeof name === 'string') findNeeds(properties[name], { words: schema, keyword: 'required', name }, found);
    }
  }
  findInList(schema, need, found);
};

const linksOf = (count: number, edges: readonly Edge[]): readonly number[][] => {
  const links: number[][] = Array.from({ length: count }, () => []);
  for (const { from, to } of edges) links[from]?.push(to);
  return links;
};

/**
 * An order of the definitions in which references that no name makes needed lead forward, and as many others as follow
 * from that: what leads backward closes a loop.
 */
const orderOf = (count: number, edges: readonly Edge[], after: readonly number[]): readonly number[] => {
  const fixed = edges.filter(({ need }) => need.keyword !== 'required');
  const order: number[] = Array.from({ length: count }, () => 0);
  const last = orderLinks(linksOf(count, fixed), after);
  for (const [at, node] of last.entries()) order[node] = count - at;
  return order;
};

const openNeeds = (needs: readonly Need[]): void => {
  const names = new Map<Words, Set<string>>();
  for (const { words, keyword, name } of needs) {
    if (keyword !== 'required') delete words[keyword];
    else names.set(words, (names.get(words) ?? new Set()).add(name));
  }
  for (const [words, gone] of names) {
    const required = words['required'];
    const left = Array.isArray(required) ? required.filter((name) => typeof name !== 'string' || !gone.has(name)) : [];
    if (left.length > 0) words['required'] = left;
    else delete words['required'];
  }
};

/**
 * Opens loops of references that every value would have to go round: Gemini refuses them ("ref loops are only supported
 * if they include optional or nullable property values, or a potentially-zero-length array items", juspay-mcp#132). Of
 * each one required name is let go, or the `minItems`, or the choice, where no name is in it. Linear in the schemas.
 */
export const openLoops = (definitions: Readonly<Record<string, Json>>): void => {
  const names = Object.keys(definitions);
  const numbers = new Map(names.map((name, at) => [name, at]));
  const edges: Edge[] = [];
  for (const [from, name] of names.entries()) findNeeds(definitions[name], undefined, { numbers, edges, from });
  if (edges.length === 0) return;
  const links = linksOf(names.length, edges);
  const after = orderLinks(links, [...names.keys()]);
  const groups = groupsOf(links, after);
  const order = orderOf(names.length, edges, after);
  const at = (node: number): number => order[node] ?? 0;
  openNeeds(edges.filter(({ from, to }) => groups[from] === groups[to] && at(to) <= at(from)).map(({ need }) => need));
};
