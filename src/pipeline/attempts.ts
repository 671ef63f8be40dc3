import { E, TE, pipe } from '../kernel/fp.ts';
import { primed } from '../kernel/primed.ts';
import { caught, cureOf, type ProxyError } from '../kernel/proxy-error.ts';
import type { GeminiCall } from '../gemini/request.ts';
import type { Frame } from '../gemini/response.ts';
import { isMeaningful, nonEmpty } from '../gemini/verdict.ts';
import { wholeCalls } from '../gemini/whole-calls.ts';
import type { Capabilities, Lease } from '../ports/capabilities.ts';
import type { Planned } from './exchange.ts';

export type Frames = AsyncGenerator<Frame, void, undefined>;

/** What trying needs from the world. */
export type Attempting = Pick<
  Capabilities,
  'leaseKey' | 'reportKey' | 'openGemini' | 'rememberSignature' | 'now' | 'wait' | 'newId'
>;

/** How often a request may meet each fault of host or network before it is told; faults of keys cost a key each. */
const mostTries: Partial<Record<ProxyError['tag'], number>> = {
  Unreachable: 5,
  GeminiFault: 5,
  BadAnswer: 3,
  StreamCut: 3,
  EmptyAnswer: 3,
  TimedOut: 2,
};

/** No new try after this time, ms: who waits longer has gone. */
const longestTrying = 30_000;

const triesFor = (error: ProxyError): number =>
  error.tag === 'EmptyAnswer' && error.finishReason?.startsWith('MALFORMED') === true ? 2 : (mostTries[error.tag] ?? 1);

/** 40 ms doubling. */
const pause = (faults: number): number => 40 * 2 ** (faults - 1);

async function* watched(frames: Frames, lease: Lease, model: string, { reportKey, rememberSignature }: Attempting): Frames {
  try {
    for await (const frame of frames) {
      for (const candidate of frame.candidates ?? []) {
        for (const { functionCall, thoughtSignature } of candidate.content?.parts ?? []) {
          if (functionCall?.id === undefined || thoughtSignature === undefined) continue;
          rememberSignature({ callId: functionCall.id, value: thoughtSignature, keyId: lease.id });
        }
      }
      yield frame;
    }
  } catch (cause) {
    reportKey(lease, model, caught(cause));
    throw cause;
  }
}

/** One call with one key, read until there is something to show (`shown`), or to its end for a whole answer. */
const attempt = (
  capabilities: Attempting,
  planned: Planned<unknown>,
  { lease, call, body, shown }: { readonly lease: Lease; readonly call: GeminiCall; readonly body: string; readonly shown: boolean },
): TE.TaskEither<ProxyError, Frames> =>
  pipe(
    capabilities.openGemini({ model: call.model, streamed: call.streamed, body, secret: lease.secret, signal: planned.signal }),
    TE.flatMap((frames) => primed<Frame>(shown ? isMeaningful : () => false)(wholeCalls(nonEmpty(frames), capabilities.newId))),
    TE.map(({ all }) => watched(all, lease, call.model, capabilities)),
  );

/**
 * Tries keys until one answers. A fault of the key (quota, refusal) goes on with the next key at once, for as long as
 * there are ready ones; a fault of host or network waits a little and goes on, at most a few times, and is never held
 * against a key; an error that no key can cure is told at once.
 */
export const attempts =
  (capabilities: Attempting, planned: Planned<unknown>, shown: boolean) =>
  (call: GeminiCall): TE.TaskEither<ProxyError, Frames> =>
  async () => {
    const body = JSON.stringify(call.body);
    const began = capabilities.now();
    const tried = new Set<string>();
    const faults = new Map<ProxyError['tag'], number>();
    for (let count = 1; ; count += 1) {
      const { preferredKey: preferred, conversation } = planned;
      const lease = await capabilities.leaseKey({ model: call.model, tried, preferred, conversation })();
      if (E.isLeft(lease)) return lease;
      planned.note({ key: `#${lease.right.number}`, attempts: count });
      const answer = await attempt(capabilities, planned, { lease: lease.right, call, body, shown })();
      capabilities.reportKey(lease.right, call.model, E.isLeft(answer) ? answer.left : null);
      if (E.isRight(answer)) return answer;
      const error = answer.left;
      const cure = cureOf(error);
      if (cure === 'another key') {
        tried.add(lease.right.id);
        continue;
      }
      const met = (faults.get(error.tag) ?? 0) + 1;
      faults.set(error.tag, met);
      const inTime = capabilities.now() - began < longestTrying || error.tag === 'TimedOut';
      if (cure !== 'another key after a wait' || met >= triesFor(error) || !inTime) return answer;
      await capabilities.wait(pause(met), planned.signal);
      if (planned.signal.aborted) return E.left({ tag: 'ClientGone' });
    }
  };
