import { endedTextOf, saidIn, type EndedText } from './plain-text.ts';
import type { Frame, UsageMetadata } from './response.ts';
import { latestUsage, tellUsage, usageSoFar, type UsageSoFar } from './usage.ts';

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

/** The pieces of such a text, and how it ended. */
export type SoleTexts = Pick<SoleText, 'reason' | 'usage'> & { readonly texts: readonly string[] };

/** The same of an answer that came in many frames, each of which says a piece, all of which have been read. */
export const soleTexts = (frames: readonly Frame[]): SoleTexts | null => {
  const last = frames.at(-1) ?? {};
  const ended = endedTextOf(last);
  const said = ended === null ? null : saidIn(frames.slice(0, -1));
  if (ended === null || said === null) return null;
  const texts: string[] = [];
  const soFar: UsageSoFar = { known: {}, told: null };
  for (const { text, usage } of [...said, { text: ended.text, usage: last.usageMetadata }]) {
    if (typeof text !== 'string' || !text.isWellFormed()) return null;
    texts.push(text);
    tellUsage(soFar, usage);
  }
  return { texts, reason: ended.reason, usage: usageSoFar(soFar) };
};
