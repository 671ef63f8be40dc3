import { isObject } from '../../kernel/is-object.ts';
import { withExactParts } from './exact-parts.ts';
import { isJsonObject } from '../is-json-object.ts';
import type { JsonObject, RequestPart } from '../request.ts';
import { isStandIn } from '../signatures.ts';

/**
 * A signature is base64, in either alphabet: what a client broke is none, and neither is a word that stands for one.
 */
export const isSignature = (text: unknown): text is string =>
  typeof text === 'string' && /^[\w+/=-]+$/.test(text) && !isStandIn(text);

/**
 * A stretch of an answer as Gemini made it: so many characters of its content, the part that they show where that is
 * not the text itself, and its thought signature. `behind`: it came after the answer's calls.
 */
export type SignedPart = {
  readonly length: number;
  readonly thought_signature?: string;
  readonly part?: RequestPart;
  readonly behind?: true;
};

/**
 * An answer's stretches in order, the blanks that its content begins with, and the signatures of its calls by place.
 */
export type SignedAnswer = {
  readonly lead: number;
  readonly parts: readonly SignedPart[];
  readonly calls: readonly (string | null)[];
};

/** Kinds of tools that Google runs itself (discovery document). */
const serverTools: readonly unknown[] = [
  'GOOGLE_SEARCH_WEB',
  'GOOGLE_SEARCH_IMAGE',
  'URL_CONTEXT',
  'GOOGLE_MAPS',
  'FILE_SEARCH',
  'MEDIA_PROCESSING',
];

/** How code can end (discovery document). */
const outcomes: readonly unknown[] = ['OUTCOME_OK', 'OUTCOME_FAILED', 'OUTCOME_DEADLINE_EXCEEDED'];

const toolData = (value: unknown, content: 'args' | 'response'): JsonObject | undefined => {
  if (!isObject(value) || !serverTools.includes(value['toolType'])) return undefined;
  const { id, toolType } = value;
  const held = value[content];
  const read = { toolType, ...(typeof id === 'string' ? { id } : {}), ...(isObject(held) ? { [content]: held } : {}) };
  return isJsonObject(read) ? read : undefined;
};

const idOf = ({ id }: Readonly<Record<string, unknown>>): { readonly id?: string } =>
  typeof id === 'string' ? { id } : {};

/** A call of a tool that Google ran, or what it gave; undefined for what is none. */
export const serverToolPart = (value: unknown): RequestPart | undefined => {
  if (!isObject(value)) return undefined;
  const toolCall = toolData(value['toolCall'], 'args');
  if (toolCall !== undefined) return { toolCall };
  const toolResponse = toolData(value['toolResponse'], 'response');
  return toolResponse === undefined ? undefined : { toolResponse };
};

/** Code that Gemini ran, what came of it, or a thought; undefined for what is none. */
const codeOrThought = ({
  executableCode: code,
  codeExecutionResult: result,
  thought,
  text,
}: Readonly<Record<string, unknown>>): RequestPart | undefined => {
  if (isObject(code) && typeof code['code'] === 'string')
    return { executableCode: { ...idOf(code), language: 'PYTHON', code: code['code'] } };
  if (isObject(result) && typeof result['outcome'] === 'string' && outcomes.includes(result['outcome'])) {
    const { outcome, output } = result;
    return { codeExecutionResult: { ...idOf(result), outcome, ...(typeof output === 'string' ? { output } : {}) } };
  }
  return thought === true && typeof text === 'string' ? { text, thought } : undefined;
};

const readPart = (value: unknown): SignedPart | undefined => {
  if (
    !isObject(value) ||
    typeof value['length'] !== 'number' ||
    !Number.isSafeInteger(value['length']) ||
    value['length'] < 0
  )
    return undefined;
  const { length, thought_signature: signature, part: given, behind } = value;
  const part =
    given === undefined ? undefined : (serverToolPart(given) ?? (isObject(given) ? codeOrThought(given) : undefined));
  if (given !== undefined && part === undefined) return undefined;
  return {
    length,
    ...(isSignature(signature) ? { thought_signature: signature } : {}),
    ...(part === undefined ? {} : { part }),
    ...(behind === true ? { behind } : {}),
  };
};

/** Reads `extra_content.google.signed_parts`; undefined when it is none, or a client broke it. */
export const readSignedParts = (value: unknown): readonly SignedPart[] | undefined => {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const parts = value.flatMap((one) => readPart(one) ?? []);
  const isInOrder = parts.every(({ behind }, at) => at === 0 || behind === true || parts[at - 1]?.behind !== true);
  return parts.length === value.length && isInOrder ? parts : undefined;
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Reads a signed answer as it was remembered. */
export const readSignedAnswer = (text: string): SignedAnswer | undefined => {
  const value = text.startsWith('{') ? parseJson(text) : undefined;
  if (!isObject(value)) return undefined;
  const { lead, parts, calls } = value;
  return {
    lead: typeof lead === 'number' ? lead : 0,
    parts: readSignedParts(withExactParts(parts, text)) ?? [],
    calls: Array.isArray(calls) ? calls.map((one) => (isSignature(one) ? one : null)) : [],
  };
};

/** Where a client trimmed the content, its first stretch is shorter, and its last takes what is left. */
const endsOf = (
  content: string,
  { lead, parts }: Pick<SignedAnswer, 'lead' | 'parts'>,
): readonly number[] | undefined => {
  let end = 0;
  const ends = parts.map(({ length }) => (end += length));
  if (end === content.length) return ends;
  const shift = /^\s/.test(content) ? 0 : lead;
  const last = ends.at(-1) ?? 0;
  const lastText = parts.findLastIndex(({ length }) => length > 0);
  if (content.length > last - shift || content.length < (ends[lastText - 1] ?? 0) - shift) return undefined;
  return ends.map((one, at) => (at >= lastText ? content.length : Math.max(0, one - shift)));
};

/** The parts of a turn, and those that stand behind its calls. */
export type RestoredParts = { readonly before: readonly RequestPart[]; readonly behind: readonly RequestPart[] };

/** A picture that is not sent again leaves its signature behind. */
const signedLast = (
  text: string,
  parts: readonly RequestPart[],
  thoughtSignature: string | undefined,
): readonly RequestPart[] => {
  if (thoughtSignature === undefined || (text.startsWith('![') && parts.every((part) => part.inlineData === undefined)))
    return parts;
  const at = Math.max(
    parts.findLastIndex((part) => part.inlineData !== undefined),
    parts.length - 1,
  );
  return parts.length === 0
    ? [{ text: '', thoughtSignature }]
    : parts.map((part, index) => (index === at ? { ...part, thoughtSignature } : part));
};

/**
 * An answer's parts as Gemini made them, its content read stretch by stretch; undefined where the content is not that
 * of this answer.
 */
export const restoredParts = (
  content: string,
  answer: Pick<SignedAnswer, 'lead' | 'parts'>,
  read: (text: string) => readonly RequestPart[],
): RestoredParts | undefined => {
  const ends = endsOf(content, answer);
  if (ends === undefined) return undefined;
  const restored = answer.parts.map(({ part, thought_signature: signature, behind = false }, at) => {
    if (part !== undefined)
      return { behind, parts: [signature === undefined ? part : { ...part, thoughtSignature: signature }] };
    const text = content.slice(ends[at - 1] ?? 0, ends[at]);
    return { behind, parts: signedLast(text, read(text), signature) };
  });
  const of = (which: boolean): readonly RequestPart[] =>
    restored.flatMap(({ behind, parts }) => (behind === which ? parts : []));
  return { before: of(false), behind: of(true) };
};
