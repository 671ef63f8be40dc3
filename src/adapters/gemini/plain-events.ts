import { frameLike, saidLike, type FrameTemplate } from '../../gemini/frame-template.ts';
import { frameTemplate } from '../../gemini/make-template.ts';
import { plainTextOf, type Said } from '../../gemini/plain-text.ts';
import type { Frame } from '../../gemini/response.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import type { BodySplitter } from './body-values.ts';
import type { FrameReader } from './frame-reader.ts';

/** Usage gets fields as an answer goes on; what has another shape each time is not worth a template each time. */
export const mostTemplates = 8;

/**
 * Reads an answer whose events are mostly alike: what is like the one before is neither decoded nor parsed. `left`: so
 * many templates may still be made.
 */
export type EventReader = {
  readonly splitter: BodySplitter;
  readonly reader: FrameReader;
  template: FrameTemplate | null;
  left: number;
};

/** Of an answer that begins, for which so many templates may be made. */
export const eventReader = (splitter: BodySplitter, reader: FrameReader, left: number): EventReader => ({
  splitter,
  reader,
  template: null,
  left,
});

const templateFor = ({ template, splitter }: EventReader): FrameTemplate | null =>
  template !== null && splitter.isBetween() ? template : null;

/** Counts a frame that was not read in full. */
export const countPlain = ({ reader: { seen } }: EventReader): void => {
  seen.frames += 1;
  seen.isBegun = true;
};

/** What a piece says that is one event like the one before; null for any other. */
export const saidIn = (events: EventReader, piece: Buffer): Said | null => {
  const template = templateFor(events);
  return template === null ? null : saidLike(template, piece);
};

/** An event that was read in full, as this frame: those behind it may be like it. */
export const learnEvent = (events: EventReader, event: Buffer, frame: Frame): void => {
  if (events.left === 0) return;
  events.left -= 1;
  events.template = frameTemplate(event, frame) ?? events.template;
};

/** What a piece was split into: a frame, or texts that are to be read; `event`: the piece, where it may be one. */
export type Split = { readonly frame: Frame } | { readonly texts: readonly string[]; readonly event: Buffer | null };

/** Splits one piece more. */
export const splitPiece = (events: EventReader, piece: Buffer): Split => {
  const { splitter } = events;
  const template = templateFor(events);
  const frame = template === null ? null : frameLike(template, piece);
  if (frame !== null) return { frame };
  const event = splitter.isBetween() ? piece : null;
  const texts = splitter.feed(piece);
  return { texts, event: texts.length === 1 && splitter.isBetween() ? event : null };
};

/** Reads what a piece was split into; what went wrong. */
export const readSplit = (events: EventReader, split: Split, into: Frame[]): ProxyError | null => {
  if ('frame' in split) {
    countPlain(events);
    into.push(split.frame);
    return null;
  }
  const { frames, error } = events.reader.read(split.texts);
  for (const frame of frames) into.push(frame);
  const [frame] = frames;
  if (split.event !== null && frame !== undefined && plainTextOf(frame) !== null) {
    learnEvent(events, split.event, frame);
  }
  return error;
};
