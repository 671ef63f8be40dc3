import { isObject } from '../kernel/is-object.ts';
import { isUnread, type LongText } from '../kernel/unread-text.ts';
import type { Candidate, Frame } from './response.ts';
import type { ToldUsage } from './usage.ts';

/** True where an object has no other names. */
const holdsOnly = (value: object, one: string, other: string): boolean => {
  for (const name in value) if (name !== one && name !== other) return false;
  return true;
};

/** What a candidate may tell beside its text and its end, of which nothing is read. */
const passedOver: ReadonlySet<string> = new Set(['avgLogprobs', 'safetyRatings']);

/** True for a candidate that tells a text, and maybe how it ended, and nothing else that is read. */
const saysNoMore = (value: object): boolean => {
  for (const name in value) {
    if (name !== 'content' && name !== 'finishReason' && name !== 'index' && !passedOver.has(name)) return false;
  }
  return true;
};

const onlyTextIn = ({ content, index = 0 }: Candidate): LongText | null => {
  const parts = content?.parts;
  if (index !== 0 || parts?.length !== 1) return null;
  const [part] = parts;
  if (part?.text === undefined || part.text === '' || !holdsOnly(part, 'text', 'text')) return null;
  return part.text;
};

/** A frame with other candidates: what was known of its text goes. */
export const withCandidates = ({ json: _, ...frame }: Frame, candidates: readonly Candidate[]): Frame => ({
  ...frame,
  candidates,
});

/** Of a frame that was read by a template, which says nothing else. */
const knownText = (candidates: Frame['candidates']): string | null => {
  const text = candidates?.[0]?.content?.parts?.[0]?.text;
  return typeof text === 'string' ? text : null;
};

/**
 * The text of a frame that says one text of the first candidate and, its usage aside, nothing else; null for any other.
 * Nearly all frames are such, and what looks for calls, media, blocks and ends need not look into them: without this
 * each of the dozen looks cost 0.1 µs a frame once it was compiled, and five times that before.
 */
export const plainTextOf = ({ candidates, promptFeedback, lost, json }: Frame): string | null => {
  if (json !== undefined) return knownText(candidates);
  if (candidates?.length !== 1 || promptFeedback !== undefined || lost !== undefined) return null;
  const [candidate] = candidates;
  if (candidate === undefined || !holdsOnly(candidate, 'content', 'index')) return null;
  const text = onlyTextIn(candidate);
  return typeof text === 'string' ? text : null;
};

/** Whether a frame is such a text. */
export const saysOneText = (frame: Frame): boolean => plainTextOf(frame) !== null;

/**
 * What such a frame says, in short. `json`: the text as JSON.stringify writes it, between its quotes; null where that
 * is not known.
 */
export type Said = { readonly text: string; readonly json: string | null; readonly usage: ToldUsage };

/** What frames say that are all such; null where one is not. */
export const saidIn = (frames: readonly Frame[]): readonly Said[] | null => {
  const all: Said[] = [];
  for (const frame of frames) {
    const text = plainTextOf(frame);
    if (text === null) return null;
    all.push({ text, json: frame.json ?? null, usage: frame.usageMetadata });
  }
  return all;
};

/** All that an answer says, and Gemini's word for how it ended. */
export type EndedText = { readonly text: LongText; readonly reason: string };

/**
 * What a frame says that is a whole answer of one text: that, how it ended and, its usage aside, nothing else; null for
 * any other. Most answers that do not come as a stream are such.
 */
export const endedTextOf = ({ candidates, promptFeedback, lost }: Frame): EndedText | null => {
  if (candidates?.length !== 1 || promptFeedback !== undefined || lost !== undefined) return null;
  const [candidate] = candidates;
  if (candidate === undefined || !saysNoMore(candidate)) return null;
  const text = onlyTextIn(candidate);
  return text === null || candidate.finishReason === undefined ? null : { text, reason: candidate.finishReason };
};

const textIn = ({ content, index }: Readonly<Record<string, unknown>>): LongText | null => {
  if (!isObject(content) || !Array.isArray(content['parts'])) return null;
  const parts: readonly unknown[] = content['parts'];
  const [part] = parts;
  if (parts.length !== 1 || !isObject(part) || !holdsOnly(part, 'text', 'text')) return null;
  const { text } = part;
  if (typeof text !== 'string' && !isUnread(text)) return null;
  return index === undefined || index === 0 ? text : null;
};

/** The text of such a candidate in a value that was just parsed, where it has not ended; null for any other. */
export const saidText = (value: unknown): string | null => {
  if (!isObject(value) || value['finishReason'] !== undefined || !saysNoMore(value)) return null;
  const text = textIn(value);
  return typeof text === 'string' && text !== '' ? text : null;
};

/** A candidate that says one text, and how it ended where it has. */
export const textCandidate = (
  text: LongText,
  index: number | undefined,
  finishReason: string | undefined,
): Candidate => {
  const content = { parts: [{ text }] };
  if (finishReason !== undefined) return { content, finishReason, index: 0 };
  return index === undefined ? { content } : { content, index: 0 };
};

/** The candidate of such frames in a value that was just parsed: nothing that is read of it is left out or changed. */
export const plainCandidate = (value: unknown): Candidate | null => {
  if (!isObject(value) || !saysNoMore(value)) return null;
  const text = textIn(value);
  if (text === null) return null;
  const { index, finishReason } = value;
  if (finishReason !== undefined && typeof finishReason !== 'string') return null;
  return textCandidate(text, index === undefined ? undefined : 0, finishReason);
};
