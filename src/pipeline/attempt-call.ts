import { TE, pipe } from '../kernel/fp.ts';
import { primeStream } from '../kernel/prime-stream.ts';
import { caught } from '../kernel/proxy-error.ts';
import { bodyEncoder } from '../gemini/call-body.ts';
import type { Frame } from '../gemini/response.ts';
import { isMeaningful, judgeFrames, type Judging } from '../gemini/verdict.ts';
import { wholeCalls } from '../gemini/whole-calls.ts';
import type { Capabilities, Lease } from '../ports/capabilities.ts';
import { portionOf } from '../ports/memory.ts';
import type { AnswerCall } from './follow-continuations.ts';
import { bytesOf, type Effort } from './effort.ts';
import type { Frames, Planned } from './exchange.ts';
import { tryKeys, type Trying } from './try-keys.ts';

/** What an answer needs from the world. */
export type Attempting = Trying & Pick<Capabilities, 'openGemini' | 'rememberSignature' | 'newId'>;

/** Remembers the signatures of tool calls, and notes which key a frame came by where that will matter. */
const noteKey = (frame: Frame, { id: keyId }: Lease, { rememberSignature }: Attempting): Frame => {
  let isBound = false;
  for (const candidate of frame.candidates ?? []) {
    isBound ||= candidate.continuationToken !== undefined;
    for (const { functionCall, inlineData, thoughtSignature } of candidate.content?.parts ?? []) {
      isBound ||= inlineData !== undefined || thoughtSignature !== undefined;
      if (functionCall?.id !== undefined && thoughtSignature !== undefined) {
        rememberSignature({ callId: functionCall.id, value: thoughtSignature, keyId });
      }
    }
  }
  return isBound ? { ...frame, keyId } : frame;
};

type Attempt = { readonly lease: Lease; readonly model: string };

async function* watchCall(
  frames: AsyncGenerator<Frame, void, undefined>,
  { lease, model }: Attempt,
  capabilities: Attempting,
): Frames {
  try {
    for await (const frame of frames) yield noteKey(frame, lease, capabilities);
  } catch (cause) {
    capabilities.reportKey(lease, model, caught(cause));
    throw cause;
  }
}

/** How an answer is read: whether frames go out as they come, how it is judged, and what may be spent on it. */
export type Reading = Judging & { readonly shown: boolean; readonly effort: Effort };

/** One call with one key, read until there is something to show (`shown`), or to its end for a whole answer. */
export const attemptCall = (
  capabilities: Attempting,
  planned: Planned,
  { shown, refusesBlocks, mustBeWhole, effort }: Reading,
): AnswerCall => {
  const encode = bodyEncoder();
  const { signal, note, preferredKey, conversation, held, isLarge: inPieces } = planned;
  return (call, begunBy) => async () => {
    const body = inPieces ? await encode.large(call.body) : encode.small(call.body);
    const preferred = begunBy ?? preferredKey;
    const { model, streamed } = call;
    const isOneOfAll = call.copies > 1 && call.someCopies === undefined;
    const judging = { refusesBlocks: refusesBlocks && begunBy === undefined && !isOneOfAll, mustBeWhole };
    const prime = primeStream<Frame>(shown ? isMeaningful : () => false);
    const need = { model, size: bytesOf(body), effort, preferred, conversation, signal, note };
    return tryKeys(capabilities, need)((lease) => {
      // What a try held that came to nothing is free for the next one.
      const memory = portionOf(held.answer);
      const state = { isHead: true };
      const holding = { memory, isCollected: () => !shown || state.isHead };
      return pipe(
        capabilities.openGemini({ model, streamed, body, secret: lease.secret, holding, signal }),
        TE.flatMap((frames) => prime(wholeCalls(judgeFrames(frames, judging), capabilities.newId))),
        TE.tapError(() => TE.fromIO(memory.letGo)),
        TE.map(({ all }) => {
          state.isHead = false;
          return watchCall(all, { lease, model }, capabilities);
        }),
      );
    })();
  };
};
