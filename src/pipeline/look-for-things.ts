import { TE, pipe } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { Capabilities } from '../ports/capabilities.ts';
import type { Received } from './exchange.ts';

/**
 * What to do about an error by which Google lacks a file or a cached content: look for it with the other keys. Right
 * where one has it, so that asking once more finds it; Left with the same error otherwise.
 */
export const lookForThings =
  (
    { findThings }: Pick<Capabilities, 'findThings'>,
    { signal, held, caller }: Pick<Received, 'signal' | 'held' | 'caller'>,
    things: () => readonly string[],
  ) =>
  (error: ProxyError): TE.TaskEither<ProxyError, true> => {
    if (error.tag !== 'GeminiInvalid' || error.isThingLacking !== true) return TE.left(error);
    return pipe(
      TE.fromTask(() => findThings(things(), { signal, memory: held.answer, address: caller.address })),
      TE.flatMap((isFound): TE.TaskEither<ProxyError, true> => (isFound ? TE.right(true) : TE.left(error))),
    );
  };
