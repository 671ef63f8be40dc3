import { E, TE, pipe } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { GeminiCall } from '../gemini/request.ts';
import type { Capabilities } from '../ports/capabilities.ts';
import type { Asked } from './exchange.ts';

/** How many answers a call asks for: each is a call of its own, or costs as much where a model gives several. */
export const choicesOf = ({ copies, body }: GeminiCall): number =>
  copies * (body.generationConfig?.candidateCount ?? 1);

const withCalls =
  (calls: number) =>
  (error: ProxyError): ProxyError => (error.tag === 'LimitReached' ? { ...error, calls } : error);

/**
 * Counts the calls of Gemini that a request asks for (copies, batches of embeddings) against the limits, before any is
 * made: all of them or none. The first was counted when the request was admitted. What the service adds by itself
 * (other keys, mended calls, the parts of one long answer) is not the caller's and is not counted.
 */
export const countCalls =
  ({ takePermit }: Pick<Capabilities, 'takePermit'>) =>
  <A extends Pick<Asked<unknown>, 'caller' | 'permit'>>(admitted: A, calls: number): TE.TaskEither<ProxyError, A> =>
    calls <= 1
      ? TE.right(admitted)
      : TE.fromEither(
          pipe(
            takePermit(admitted.caller.address, calls - 1),
            E.bimap(withCalls(calls), (permit) => ({ ...admitted, permit })),
          ),
        );
