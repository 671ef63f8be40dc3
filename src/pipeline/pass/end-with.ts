import { caught, type ProxyError } from '../../kernel/proxy-error.ts';
import type { ByteSink } from '../../ports/byte-source.ts';

const outcomeOf = (last: () => ProxyError | null): ProxyError | null => {
  try {
    return last();
  } catch (cause) {
    return caught(cause);
  }
};

/**
 * Ends a sink with what `last` gives, or with what it throws: undici, which tells of an answer's end, drops what is
 * thrown there, and the reader would wait for ever.
 */
export const endWith = (sink: ByteSink, last: () => ProxyError | null): void => sink.end(outcomeOf(last));
