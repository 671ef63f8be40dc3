import { endedTextOf, type EndedText } from './plain-text.ts';
import type { Frame, UsageMetadata } from './response.ts';
import { latestUsage } from './usage.ts';

/** One text that is all of an answer: how it ended, and what it took. */
export type SoleText = EndedText & { readonly usage: UsageMetadata };

/** The text of an answer of which all is there and that says nothing else; null for any other, and where a letter is cut. */
export const soleText = (frames: readonly Frame[]): SoleText | null => {
  const [frame] = frames;
  if (frame === undefined || frames.length > 1) return null;
  const ended = endedTextOf(frame);
  if (ended === null) return null;
  const { text, reason } = ended;
  if (typeof text === 'string' && !text.isWellFormed()) return null;
  return { text, reason, usage: latestUsage({}, frame.usageMetadata) };
};
