import { leaveWords, textOf, type LongText } from '../kernel/unread-text.ts';
import { leastUnread } from './parse-around-text.ts';
import { parsedJson } from './parse-frames.ts';
import { textCandidate, type Said } from './plain-text.ts';
import type { Frame, UsageMetadata } from './response.ts';
import { isLike, kinds, type FrameTemplate, type LikeFrames } from './template-match.ts';
import { usageWith, withReadUsage } from './template-usage.ts';

/** An event's text; `json` is null where JSON.stringify would write it otherwise. */
const textIn = ({ seen: { from, to, kinds: all } }: LikeFrames, event: Buffer): Omit<Said, 'usage'> | null => {
  const json = event.toString((all & kinds.wide) === 0 ? 'latin1' : 'utf8', from, to);
  if ((all & kinds.escaped) === 0) return { text: json, json };
  const text = parsedJson(`"${json}"`)?.value;
  return typeof text === 'string' ? { text, json: (all & kinds.foreign) === 0 ? json : null } : null;
};

/** The text of an event that is like those before, whose counts are then known. */
const readLike = (like: LikeFrames, event: Buffer): Omit<Said, 'usage'> | null => {
  const said = isLike(like, event) ? textIn(like, event) : null;
  if (said !== null) like.counts.set(like.found);
  return said;
};

/** A frame that is being made: field by field, since each copy of it takes 1 µs. */
export type FrameLike = { -readonly [Name in keyof Frame]: Frame[Name] };

/** A plain frame with another text and other usage. */
export const frameWith = (
  { candidates, modelVersion }: Frame,
  text: LongText,
  usageMetadata: UsageMetadata | undefined,
): FrameLike => {
  const candidate = candidates?.[0];
  const frame: FrameLike = { candidates: [textCandidate(text, candidate?.index, candidate?.finishReason)] };
  if (usageMetadata !== undefined) frame.usageMetadata = usageMetadata;
  if (modelVersion !== undefined) frame.modelVersion = modelVersion;
  return frame;
};

/** What an event says that is like others but for text and counts. Null for any other. */
export const saidLike = (like: LikeFrames, event: Buffer): Said | null => {
  const said = readLike(like, event);
  return said === null ? null : { text: said.text, json: said.json, usage: like.usage };
};

/** All that is read of its frame, with the text as JSON, and without its usage (`tellUsageOf`). */
export const frameLike = (like: LikeFrames, event: Buffer): FrameLike | null => {
  const said = readLike(like, event);
  if (said === null) return null;
  const frame = frameWith(like.frame, said.text, undefined);
  frame.json = said.json;
  return frame;
};

/** The frame that the body of an answer like those before says. It is known to be UTF-8. */
export const answerLike = (like: LikeFrames, body: Buffer): Frame | null => {
  if (!isLike(like, body)) return null;
  const { frame, found, template, seen } = like;
  const text = leaveWords(body.subarray(seen.from, seen.to));
  if (text === null) return null;
  const usage = frame.usageMetadata === undefined ? undefined : usageWith(frame, template.counted, found);
  return frameWith(frame, text.size < leastUnread ? textOf(text) : text, usage);
};

/** Lets the last of several such frames tell its usage: it says all that theirs does. */
export const tellUsageOf = ({ usage }: LikeFrames, last: FrameLike): void => {
  if (usage !== undefined) last.usageMetadata = usage();
};

/** Reads by the template of a plain frame. Its counts are 0 until something is read by it. */
const recordOf = (template: FrameTemplate, plain: Frame): LikeFrames => {
  const { ends, counted } = template;
  const counts = new Float64Array(ends.length);
  return {
    template,
    frame: plain,
    usage: plain.usageMetadata === undefined ? undefined : () => usageWith(plain, counted, counts),
    counts,
    found: new Float64Array(ends.length),
    seen: { from: 0, to: 0, kinds: 0, count: 0 },
  };
};

/**
 * Begins with an event, or the body of an answer, that was read as this frame, a plain one; null where it is not like
 * the template. Others are read by it: what nobody reads of its usage is left out of them.
 */
export const likeFrames = (template: FrameTemplate, event: Buffer, frame: Frame): LikeFrames | null => {
  const like = recordOf(template, frameWith(frame, '', withReadUsage(frame).usageMetadata));
  return isLike(like, event) ? like : null;
};

/** The same by what others were like: one record for each answer, since several are read at once. Null as above. */
export const ownLike = (like: LikeFrames, event: Buffer): LikeFrames | null =>
  isLike(like, event) ? recordOf(like.template, like.frame) : null;
