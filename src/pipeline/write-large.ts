import { breathe } from '../kernel/breathe.ts';
import { jsonPieces } from '../kernel/json-pieces.ts';
import type { Whole } from '../ports/reply.ts';

/** Characters of a text that are gathered before they are made bytes. */
const mostAtOnce = 65_536;

const inPieces = async ({ value, written, kind, status, headers }: Whole): Promise<Whole> => ({
  kind,
  status,
  headers,
  body: '',
  pieces: await jsonPieces(value, written),
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
 * hold it for 200 ms, one of a picture would be copied five times. A small one is written already.
 * A text that is made in steps, subtitles of 50,000 lines, is written likewise.
 */
export const writeLarge = (whole: Whole): Whole | Promise<Whole> => {
  if (whole.texts !== undefined) return textInPieces(whole, whole.texts());
  return whole.value === undefined ? whole : inPieces(whole);
};
