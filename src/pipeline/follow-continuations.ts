import { E, TE, pipe } from '../kernel/fp.ts';
import { withRest } from '../kernel/begun-stream.ts';
import { followedBy } from '../kernel/followed-by.ts';
import { passStream } from '../kernel/pass-stream.ts';
import { thrown, type ProxyError } from '../kernel/proxy-error.ts';
import { continuationToken, continuedCall, mayContinue, withoutEnd } from '../gemini/continuation.ts';
import type { GeminiCall } from '../gemini/request.ts';
import type { Frame, UsageMetadata } from '../gemini/response.ts';
import { addedUsage, latestUsage, tellFrames, tellUsage, usageSoFar, type UsageSoFar } from '../gemini/usage.ts';
import type { Effort } from './effort.ts';
import type { Frames } from './exchange.ts';

/** Gets the frames of one call; `begunBy` is the key that began the answer. */
export type AnswerCall = (call: GeminiCall, begunBy?: string) => TE.TaskEither<ProxyError, Frames>;

/** One answer is at most so many calls, of 65,536 tokens each. */
const mostCalls = 32;

type Going = { readonly call: GeminiCall; readonly answer: AnswerCall; readonly effort: Pick<Effort, 'mayGoOn'> };

/** What one call has told. */
type Met = { usage: UsageMetadata; next: TE.TaskEither<ProxyError, Frames> | null };

/**
 * One call after the other, never two at once: `next` is made when its token comes by, and begun only after the frames
 * before it have been read to their end, since a token can come before the last frame. Each call's usage counts from
 * nothing, so `spent` is what the calls before it have used; `usage` is what the frames before `first` have told.
 */
async function* joinCalls(first: Frames, usage: UsageMetadata, { call, answer, effort }: Going): Frames {
  let frames = first;
  let spent: UsageMetadata | null = null;
  for (let calls = 1; ; calls += 1) {
    const met: Met = { usage: calls === 1 ? usage : {}, next: null };
    const follow = (frame: Frame): Frame => {
      const token = calls < mostCalls && effort.mayGoOn(0) ? continuationToken(frame) : null;
      if (token !== null) met.next = answer(continuedCall(call, token), frame.keyId);
      met.usage = latestUsage(met.usage, frame.usageMetadata);
      const shown = token === null ? frame : withoutEnd(frame);
      return spent === null ? shown : { ...shown, usageMetadata: addedUsage([spent, met.usage]) };
    };
    for await (const batch of frames) yield batch.map(follow);
    if (met.next === null) return;
    spent = spent === null ? met.usage : addedUsage([spent, met.usage]);
    const more = await met.next();
    if (E.isLeft(more)) throw thrown(more.left);
    frames = more.right;
  }
}

const isBrokenOff = (frame: Frame): boolean => continuationToken(frame) !== null;

const followFrames = (frames: Frames, soFar: UsageSoFar, going: Going): Frames => {
  const { ready, begun } = frames;
  if (ready?.some(isBrokenOff) === false) return frames;
  if (begun?.first.some(isBrokenOff) === false) {
    tellFrames(soFar, begun.first);
    return withRest(begun, (rest) => followFrames(rest, soFar, going));
  }
  return passStream(frames, {
    divert: (batch, rest) => {
      if (batch.some(isBrokenOff)) return joinCalls(followedBy(batch, rest), usageSoFar(soFar), going);
      tellFrames(soFar, batch);
      return null;
    },
    said: ({ usage }) => tellUsage(soFar, usage),
  });
};

/**
 * Follows an answer that Gemini 4 breaks off with CONTINUATION: the same call with the token it gave, until the answer
 * ends, or as long as the request's effort allows. The caller sees one answer; its usage adds up, the prompt counted
 * once. Most answers are one call: nothing is joined until a token comes by.
 */
export const followAnswer = (frames: Frames, going: Going): Frames =>
  mayContinue(going.call.model) ? followFrames(frames, { known: {}, told: null }, going) : frames;

/** The same for each answer that is asked for. */
export const followContinuations =
  (answer: AnswerCall, effort: Pick<Effort, 'mayGoOn'>): AnswerCall =>
  (call) =>
    pipe(
      answer(call),
      TE.map((frames) => followAnswer(frames, { call, answer, effort })),
    );
