import { TE, pipe } from '../kernel/fp.ts';
import type { Stage } from '../kernel/stage.ts';
import type { Dialect } from '../ports/dialect.ts';
import type { Asked } from './exchange.ts';

/** Looks up what a request refers to, in dialects whose requests can. */
export const lookUp = <Request>({
  lookUp: complete,
}: Pick<Dialect<Request>, 'lookUp'>): Stage<Asked<Request>, Asked<Request>> => {
  if (complete === undefined) return TE.right;
  return (asked) =>
    pipe(
      complete(asked.asked, { caller: asked.caller, memory: asked.held.request }),
      TE.map((completed) => ({ ...asked, asked: completed })),
    );
};
