import { atOnce } from '../kernel/breathe.ts';
import { TE, pipe } from '../kernel/fp.ts';
import type { Stage } from '../kernel/stage.ts';
import type { Dialect } from '../ports/dialect.ts';
import { costs, type Memory } from '../ports/memory.ts';
import type { Asked } from './exchange.ts';

/** The same memory, with what is taken of it here. */
const countTaken = (memory: Memory): { readonly memory: Memory; readonly taken: () => number } => {
  let taken = 0;
  return {
    taken: () => taken,
    memory: {
      giveBack: memory.giveBack,
      take: (bytes) => {
        taken += bytes;
        return memory.take(bytes);
      },
    },
  };
};

/** Named one by one, as everywhere on a request's way. */
const withCompleted = <Request>(before: Asked<Request>, asked: Request, isLargeBody: boolean): Asked<Request> => ({
  requestId: before.requestId,
  caller: before.caller,
  held: before.held,
  mostSent: before.mostSent,
  origin: before.origin,
  imageReplyFormat: before.imageReplyFormat,
  originator: before.originator ?? null,
  signal: before.signal,
  note: before.note,
  permit: before.permit,
  asked,
  isLargeBody,
  bodyBytes: before.bodyBytes ?? 0,
});

/**
 * Looks up what a request refers to, in dialects whose requests can. One that refers to much is as large as if it had
 * brought that.
 */
export const lookUp = <Request>({
  lookUp: complete,
}: Pick<Dialect<Request>, 'lookUp'>): Stage<Asked<Request>, Asked<Request>> => {
  if (complete === undefined) return TE.right;
  return (asked) => {
    const { memory, taken } = countTaken(asked.held.request);
    return pipe(
      complete(asked.asked, { caller: asked.caller, memory }),
      TE.map((completed) =>
        withCompleted(asked, completed, asked.isLargeBody === true || taken() > atOnce * costs.json),
      ),
    );
  };
};
