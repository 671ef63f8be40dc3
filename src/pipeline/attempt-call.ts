import { E, TE, pipe } from '../kernel/fp.ts';
import { passStream, type OnTheWay } from '../kernel/pass-stream.ts';
import { primeStream } from '../kernel/prime-stream.ts';
import { caught, thrown, type ProxyError } from '../kernel/proxy-error.ts';
import { readyStream } from '../kernel/ready-stream.ts';
import { bodyEncoder, type CallBody } from '../gemini/call-body.ts';
import { namedThings } from '../gemini/named-things.ts';
import { plainTextOf } from '../gemini/plain-text.ts';
import type { GeminiCall } from '../gemini/request.ts';
import type { Candidate, Frame, ResponsePart } from '../gemini/response.ts';
import { faultOfAll, frameJudge, isMeaningful, type Judging } from '../gemini/verdict.ts';
import { callReader, holdsCalls } from '../gemini/whole-calls.ts';
import type { Capabilities, Lease, UpstreamCall } from '../ports/capabilities.ts';
import { portionOf, type Memory } from '../ports/memory.ts';
import type { AnswerCall } from './follow-continuations.ts';
import { bytesOf, type Effort } from './effort.ts';
import type { Frames, Planned } from './exchange.ts';
import { tryKeys, type Trying } from './try-keys.ts';
import { withinBounds } from './within-bounds.ts';

/** What an answer needs from the world. */
export type Attempting = Trying & Pick<Capabilities, 'homeOfThings' | 'openGemini' | 'rememberSignature' | 'newId'>;

const partsOf = ({ content }: Candidate): readonly ResponsePart[] => content?.parts ?? [];

const isBound = ({ inlineData, thoughtSignature }: ResponsePart): boolean =>
  inlineData !== undefined || thoughtSignature !== undefined;

/** Whether a frame holds what is good with the key only that it came by. */
const needsKey = (frame: Frame): boolean =>
  plainTextOf(frame) === null &&
  frame.candidates?.some(
    ({ continuationToken, content }) => continuationToken !== undefined || content?.parts?.some(isBound) === true,
  ) === true;

/** Remembers the signatures of tool calls, and notes which key frames came by where that will matter. */
const noteKeys = (
  frames: readonly Frame[],
  { lease: { id: keyId }, address }: Pick<Trial, 'lease' | 'address'>,
  { rememberSignature }: Attempting,
): readonly Frame[] => {
  if (!frames.some(needsKey)) return frames;
  return frames.map((frame) => {
    if (!needsKey(frame)) return frame;
    for (const { functionCall, thoughtSignature } of (frame.candidates ?? []).flatMap(partsOf)) {
      if (functionCall?.id !== undefined && thoughtSignature !== undefined) {
        rememberSignature({ callId: functionCall.id, value: thoughtSignature, keyId }, address);
      }
    }
    return { ...frame, keyId };
  });
};

async function* endInFault(frames: readonly Frame[], fault: ProxyError, rest: Frames): Frames {
  try {
    if (frames.length > 0) yield frames;
    throw thrown(fault);
  } finally {
    await rest.return();
  }
}

type Checking = {
  readonly judging: Judging;
  readonly newId: () => string;
  readonly onTheWay: OnTheWay<readonly Frame[]>;
};

/** Judges frames and makes their calls whole; what makes them no answer is thrown behind those before it. */
const checkFrames = (source: Frames, { judging, newId, onTheWay }: Checking): Frames => {
  const { judge, said, end } = frameJudge(judging);
  const calls = callReader(newId);
  let isPlain = false;
  return passStream(source, {
    divert: (batch, rest) => {
      const judged = judge(batch);
      isPlain = judged.isPlain;
      return judged.fault === null ? null : endInFault(calls.read(judged.frames), judged.fault, rest);
    },
    change: (frames) => (isPlain ? frames : calls.read(frames)),
    said,
    end: () => {
      const fault = end();
      if (fault !== null) throw thrown(fault);
      const last = calls.end();
      return last.length > 0 ? last : null;
    },
    onTheWay,
  });
};

/** `checkFrames`, for frames that are all there. */
const checkAtOnce = (
  batch: readonly Frame[],
  judging: Judging,
  newId: () => string,
): E.Either<ProxyError, readonly Frame[]> => {
  const fault = faultOfAll(batch, judging);
  if (fault !== null) return E.left(fault);
  if (!batch.some(holdsCalls)) return E.right(batch);
  const calls = callReader(newId);
  const whole = calls.read(batch);
  const last = calls.end();
  return E.right(last.length === 0 ? whole : [...whole, ...last]);
};

/** Handed nothing of the call: it lives as long as the answer. */
const watchCall = (trial: Trial, capabilities: Attempting): OnTheWay<readonly Frame[]> => ({
  change: (frames) => noteKeys(frames, trial, capabilities),
  failed: (cause) => capabilities.reportKey(trial.lease, trial.model, caught(cause)),
});

const holdsMeaning = (frames: readonly Frame[]): boolean => frames.some(isMeaningful);

const never = (): boolean => false;

const lengthOf = ({ length }: readonly Frame[]): number => length;

/** How an answer is read: whether frames go out as they come, how it is judged, and what may be spent on it. */
export type Reading = Judging & { readonly shown: boolean; readonly effort: Effort };

/**
 * What a try holds of its answer; where that came to nothing it is free for the next one. Made apart from the call,
 * which lives on in what is made beside it.
 */
const holdingOf = (held: Memory, shown: boolean) => {
  const state = { isHead: true };
  return {
    holding: { memory: portionOf(held), isCollected: () => !shown || state.isHead },
    begun: () => {
      state.isHead = false;
    },
  };
};

type Trial = {
  readonly judging: Judging;
  readonly shown: boolean;
  readonly lease: Lease;
  readonly model: string;
  /** Of the caller. */
  readonly address: string;
};

/**
 * Reads frames until there is something to show, or to their end; those that are all there are only checked. What makes
 * them no answer is told behind what is shown of them.
 */
const readHead = (
  capabilities: Attempting,
  trial: Trial,
  frames: Frames,
): TE.Outcome<ProxyError, Frames> => {
  const { newId } = capabilities;
  const { judging, shown } = trial;
  const { ready } = frames;
  const there = ready === undefined ? null : checkAtOnce(ready, judging, newId);
  if (there !== null && E.isRight(there)) {
    const noted = noteKeys(there.right, trial, capabilities);
    return E.right(noted === ready ? frames : readyStream(noted));
  }
  if (there !== null && !shown) return there;
  const checked = checkFrames(frames, { judging, newId, onTheWay: watchCall(trial, capabilities) });
  const prime = primeStream(shown ? holdsMeaning : never, lengthOf);
  return pipe(prime(checked), TE.map(({ all }) => all))();
};

type Asking = Omit<UpstreamCall, 'secret' | 'holding' | 'isCollected'>;

type Head = E.Either<ProxyError, Frames>;

/** What is asked with each key, and how its answer is read. */
type Try = Pick<Trial, 'judging' | 'shown' | 'address'> & { readonly asking: Asking; readonly held: Memory };

const askWith = (
  capabilities: Attempting,
  { asking, judging, shown, held, address }: Try,
  { lease, settle }: { readonly lease: Lease; readonly settle: (head: Head) => TE.Outcome<ProxyError, Frames> },
): TE.Outcome<ProxyError, Frames> => {
  const { holding, begun } = holdingOf(held, shown);
  const { model, streamed, body, signal } = asking;
  const call = { model, streamed, isCollected: !shown, body, secret: lease.secret, holding, signal };
  const trial = { judging, shown, lease, model, address };
  const end = (head: Head): TE.Outcome<ProxyError, Frames> => {
    if (E.isLeft(head)) holding.memory.letGo();
    else begun();
    return settle(head);
  };
  const read = (opened: Head): TE.Outcome<ProxyError, Frames> => {
    const head = E.isLeft(opened) ? opened : readHead(capabilities, trial, opened.right);
    return head instanceof Promise ? head.then(end) : end(head);
  };
  const opening = capabilities.openGemini(call)();
  return opening instanceof Promise ? opening.then(read) : read(opening);
};

/** One call with one key, read until there is something to show (`shown`), or to its end for a whole answer. */
export const attemptCall = (
  capabilities: Attempting,
  planned: Planned,
  { shown, refusesBlocks, mustBeWhole, effort }: Reading,
): AnswerCall => {
  const encode = bodyEncoder(planned.mostSent);
  const bounds = { mostSent: planned.mostSent, bodyBytes: planned.bodyBytes };
  const owner = capabilities.homeOfThings(() => namedThings(planned.plan.call.body));
  const { signal, note, preferredKey, conversation, held, isLarge: inPieces, caller: { address } } = planned;
  const ask = (
    call: GeminiCall,
    begunBy: string | undefined,
    written: CallBody | null,
  ): TE.Outcome<ProxyError, Frames> => {
    const sendable = withinBounds(written, call, bounds);
    if (E.isLeft(sendable)) return sendable;
    if (E.isLeft(owner)) return owner;
    const body = sendable.right;
    const preferred = begunBy ?? preferredKey;
    const { model, streamed } = call;
    const isOneOfAll = call.copies > 1 && call.someCopies === undefined;
    const judging = { refusesBlocks: refusesBlocks && begunBy === undefined && !isOneOfAll, mustBeWhole };
    const home = owner.right;
    const need = { model, size: bytesOf(body), effort, preferred, conversation, home, signal, note };
    const one: Try = { asking: { model, streamed, body, signal }, judging, shown, held: held.answer, address };
    return tryKeys(capabilities, need)((lease, settle) => askWith(capabilities, one, { lease, settle }));
  };
  return (call, begunBy) => () =>
    inPieces
      ? encode.large(call.body).then((written) => ask(call, begunBy, written))
      : ask(call, begunBy, encode.small(call.body));
};
