import {
  frameLike,
  likeFrames,
  ownLike,
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
import { recentLikes } from './recent-likes.ts';

/** Usage gets fields as an answer goes on; what has another shape each time is not worth it each time. */
const mostLearned = 8;

/** What events of late were like, whose ever they were. */
const recent = recentLikes();

/**
 * Reads an answer whose events are mostly alike: what is like one before, or one of another answer, is neither decoded
 * nor parsed. `left`: so many more times it may be learned what they are like. `last`: the last of some alike, which is
 * to tell their usage, before `like` changes.
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

const likeRecent = (event: Buffer): LikeFrames | null => recent.read((like) => ownLike(like, event));

/** Begins with an answer's first piece where that is an event as those of others were. */
const beginLike = (events: EventReader, piece: Buffer): void => {
  if (events.splitter.isBegun()) return;
  events.like = likeRecent(piece);
  if (events.like !== null) events.splitter.beginEvents();
};

const likeNow = ({ like, splitter }: EventReader): LikeFrames | null =>
  like !== null && splitter.isBetween() ? like : null;

/** Counts a frame that was not read in full. */
export const countPlain = ({ reader: { seen } }: EventReader): void => {
  seen.frames += 1;
  seen.isBegun = true;
};

/** What a piece says that is one event like one before; null for any other. */
export const saidIn = (events: EventReader, piece: Buffer): Said | null => {
  const like = likeNow(events);
  return like === null ? null : saidLike(like, piece);
};

const likeItself = (event: Buffer, frame: Frame): LikeFrames | null => {
  const template = frameTemplate(event, frame);
  const like = template === null ? null : likeFrames(template, event, frame);
  if (like === null) return null;
  recent.add(like);
  return ownLike(like, event);
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
  if (events.like === null) beginLike(events, piece);
  const like = likeNow(events);
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
