import {
  frameLike,
  likeAsWell,
  likeFrames,
  saidLike,
  tellUsageOf,
  type FrameLike,
} from '../../gemini/frame-template.ts';
import { frameTemplate } from '../../gemini/make-template.ts';
import { plainTextOf, type Said } from '../../gemini/plain-text.ts';
import type { Frame } from '../../gemini/response.ts';
import type { LikeFrames } from '../../gemini/template-match.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import type { BodySplitter } from './body-values.ts';
import type { FrameReader } from './frame-reader.ts';

/** Usage gets fields as an answer goes on; what has another shape each time is not worth it each time. */
const mostLearned = 8;

/** What events of late were like, the last first: those of an answer do for most others. */
const recent: LikeFrames[] = [];
const mostRecent = 8;

/**
 * Reads an answer whose events are mostly alike: what is like the one before is neither decoded nor parsed. `left`: so
 * many more times it may be learned what they are like. `last`: the last of some alike, which is to tell their usage.
 */
export type EventReader = {
  readonly splitter: BodySplitter;
  readonly reader: FrameReader;
  readonly mayMake: boolean;
  like: LikeFrames | null;
  left: number;
  last: FrameLike | null;
};

/** Of an answer that begins. `mayMake`: it is long enough to be worth a template of its own. */
export const eventReader = (splitter: BodySplitter, reader: FrameReader, mayMake: boolean): EventReader => ({
  splitter,
  reader,
  mayMake,
  like: null,
  left: mostLearned,
  last: null,
});

const likeRecent = (event: Buffer): LikeFrames | null => {
  for (const one of recent) {
    const like = likeAsWell(one, event);
    if (like !== null) return like;
  }
  return null;
};

/** What the next piece may be like: an answer's first event, one of others of late. */
const likeNow = (events: EventReader, piece: Buffer): LikeFrames | null => {
  const { splitter } = events;
  if (events.like === null && !splitter.isBegun()) {
    events.like = likeRecent(piece);
    if (events.like !== null) splitter.beginEvents();
  }
  return events.like !== null && splitter.isBetween() ? events.like : null;
};

/** Counts a frame that was not read in full. */
export const countPlain = ({ reader: { seen } }: EventReader): void => {
  seen.frames += 1;
  seen.isBegun = true;
};

/** What a piece says that is one event like the one before; null for any other. */
export const saidIn = (events: EventReader, piece: Buffer): Said | null => {
  const like = likeNow(events, piece);
  return like === null ? null : saidLike(like, piece);
};

const likeItself = (event: Buffer, frame: Frame): LikeFrames | null => {
  const template = frameTemplate(event, frame);
  const like = template === null ? null : likeFrames(template, event, frame);
  if (like === null) return null;
  recent.unshift(like);
  recent.splice(mostRecent);
  return likeAsWell(like, event);
};

/** An event that was read in full, as this frame: those behind it may be like it. */
export const learnEvent = (events: EventReader, event: Buffer, frame: Frame): void => {
  if (events.left === 0) return;
  events.left -= 1;
  events.like = likeRecent(event) ?? (events.mayMake ? likeItself(event, frame) : null) ?? events.like;
};

/** What a piece was split into: a frame, or texts that are to be read; `event`: the piece, where it may be one. */
export type Split =
  | { readonly frame: FrameLike }
  | { readonly texts: readonly string[]; readonly event: Buffer | null };

/** Splits one piece more. */
export const splitPiece = (events: EventReader, piece: Buffer): Split => {
  const { splitter } = events;
  const like = likeNow(events, piece);
  const frame = like === null ? null : frameLike(like, piece);
  if (frame !== null) return { frame };
  const event = splitter.isBetween() ? piece : null;
  const texts = splitter.feed(piece);
  return { texts, event: texts.length === 1 && splitter.isBetween() ? event : null };
};

/** Behind some frames that are alike, before they go on. */
export const endRun = (events: EventReader): void => {
  if (events.last !== null && events.like !== null) tellUsageOf(events.like, events.last);
  events.last = null;
};

/** Reads what a piece was split into; what went wrong. `endRun` is called behind the last one that goes on with it. */
export const readSplit = (events: EventReader, split: Split, into: Frame[]): ProxyError | null => {
  if ('frame' in split) {
    countPlain(events);
    events.last = split.frame;
    into.push(split.frame);
    return null;
  }
  endRun(events);
  const { frames, error } = events.reader.read(split.texts);
  for (const frame of frames) into.push(frame);
  const [frame] = frames;
  if (split.event !== null && frame !== undefined && plainTextOf(frame) !== null) {
    learnEvent(events, split.event, frame);
  }
  return error;
};
