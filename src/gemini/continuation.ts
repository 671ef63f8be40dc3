import { withCandidates } from './plain-text.ts';
import type { GeminiCall } from './request.ts';
import type { Candidate, Frame } from './response.ts';

/**
 * Families before Gemini 4, which never break off with CONTINUATION; a name that tells no family may mean any model.
 */
const earlier = /^(?:gemma|learnlm|gemini-[123][.-])/;

/** Whether an answer of this model may break off, so that its call is needed again. */
export const mayContinue = (model: string): boolean => !earlier.test(model);

const tokenOf = (candidate: Candidate | undefined): string | undefined =>
  candidate?.finishReason === 'CONTINUATION' ? candidate.continuationToken : undefined;

/**
 * The token to go on with when this frame ends one part of a longer answer (Gemini 4); null when the answer is over.
 */
export const continuationToken = (frame: Frame): string | null => tokenOf(frame.candidates?.[0]) ?? null;

/** The same call, to go on where the last answer stopped: the new frames hold only what is new. */
export const continuedCall = (call: GeminiCall, token: string): GeminiCall => ({
  ...call,
  body: { ...call.body, continuationToken: token },
});

/** The frame without its end, for a stream that goes on. */
export const withoutEnd = (frame: Frame): Frame =>
  withCandidates(
    frame,
    (frame.candidates ?? []).map(({ finishReason: _, continuationToken: _token, ...candidate }) => candidate),
  );
