import { breathe } from '../kernel/breathe.ts';
import { jsonPieces } from '../kernel/json-pieces.ts';
import type { Whole } from '../ports/reply.ts';

/** Characters and values of a body that is written in one go at most. */
const mostAtOnce = 65_536;

/** What is left of so many characters and values when those of this value are taken off; below zero where it holds more. */
const leftAfter = (value: unknown, room: number): number => {
  if (typeof value === 'string') return room - value.length;
  let left = room - 1;
  if (typeof value !== 'object' || value === null) return left;
  for (const one of Array.isArray(value) ? value : Object.values(value)) {
    if (left < 0) return left;
    left = leftAfter(one, left);
  }
  return left;
};

const inPieces = async ({ value, kind, status, headers }: Whole): Promise<Whole> => ({
  kind,
  status,
  headers,
  body: '',
  pieces: await jsonPieces(value),
});

const textInPieces = async ({ kind, status, headers }: Whole, texts: Iterable<string>): Promise<Whole> => {
  const pieces: Uint8Array[] = [];
  let text = '';
  for (const one of texts) {
    text += one;
    if (text.length < mostAtOnce) continue;
    pieces.push(Buffer.from(text));
    text = '';
    await breathe();
  }
  if (pieces.length === 0) return { kind, status, headers, body: text };
  return { kind, status, headers, body: '', pieces: text === '' ? pieces : [...pieces, Buffer.from(text)] };
};

/**
 * Writes a large JSON answer in pieces between which the event loop breathes: one of 50,000 log probabilities would
 * hold it for 200 ms, one of a picture would be copied five times. A small one is left as it is.
 * A text that is made in steps, subtitles of 50,000 lines, is written likewise.
 */
export const writeLarge = (whole: Whole): Whole | Promise<Whole> => {
  if (whole.texts !== undefined) return textInPieces(whole, whole.texts());
  return whole.value === undefined || leftAfter(whole.value, mostAtOnce) >= 0 ? whole : inPieces(whole);
};
