import type { CallBody } from '../gemini/call-body.ts';
import type { Now } from '../ports/capabilities.ts';

/** What one request may spend on Gemini: other keys, mended calls, copies and the parts of an answer together. */
export type Effort = {
  /** Notes that a call of so many bytes goes out; says how many have, this one with them. */
  readonly spend: (bytes: number) => number;
  /** Whether a call that failed may be made once more. */
  readonly mayRetry: (bytes: number) => boolean;
  /** Whether an answer that Gemini broke off may be gone on with. */
  readonly mayGoOn: (bytes: number) => boolean;
  /** True when the model has answered nobody lately: one call shows whether it does again. */
  readonly isTrial: boolean;
};

/** All that is sent again and again: a body of MAX_BODY_MB some times over, a small one as often as needed. */
const mostBytes = 256 * 1024 ** 2;
/** No call is made again after ten minutes, and no long answer gone on with after half an hour. */
const longestRetryMs = 10 * 60_000;
const longestAnswerMs = 30 * 60_000;

/** The effort of one request, beginning now. */
export const effort = (now: Now, isTrial = false): Effort => {
  const began = now();
  const sent = { bytes: 0, calls: 0 };
  const within = (bytes: number, longestMs: number): boolean =>
    sent.bytes + bytes <= mostBytes && now() - began < longestMs;
  return {
    spend: (bytes) => {
      sent.bytes += bytes;
      sent.calls += 1;
      return sent.calls;
    },
    mayRetry: (bytes) => within(bytes, longestRetryMs),
    mayGoOn: (bytes) => within(bytes, longestAnswerMs),
    isTrial,
  };
};

/** The length of a call's body; a text's in UTF-16 units, as near as the bound needs it. */
export const bytesOf = (body: CallBody): number =>
  typeof body === 'string' ? body.length : body.reduce((sum, piece) => sum + piece.length, 0);
