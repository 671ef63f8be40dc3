import { E } from '../kernel/fp.ts';
import { readCount } from '../gemini/count-tokens.ts';
import type { AnswerReader } from '../ports/dialect.ts';
import { json } from '../ports/reply.ts';

/** Takes the answer to a question for a count of tokens, and shows it as a dialect does. */
export const countReader =
  (shown: (total: number) => object): (() => AnswerReader) =>
  () => {
    const known = { total: 0 };
    return {
      read: (value) => {
        const total = readCount(value);
        if (total === null) return E.left({ tag: 'BadAnswer', reason: 'a count of tokens that is no number' });
        known.total = total;
        return E.right(undefined);
      },
      end: () => Promise.resolve(json(200, shown(known.total))),
    };
  };
