import type { ByteSource, ShortWay } from '../../ports/byte-source.ts';
import { errorFromAnswer } from '../../gemini/error-from-answer.ts';
import type { ErrorWatch, StreamFilter } from '../../ports/passing-on.ts';
import { sourceOf } from './collect-bytes.ts';
import { endWith } from './end-with.ts';
import { statusTold } from './judge-answer.ts';
import type { Passing, PassNeeds } from './passing.ts';
import { ownName, reportFor, type PassedBy } from './try-passing.ts';

const joinTwo = (first: Uint8Array, second: Uint8Array): Uint8Array =>
  second.length === 0 ? first : Buffer.concat([first, second]);

/** Which key the answer came by, and whether it is one value. */
type By = Pick<PassedBy, 'lease'> & { readonly isValue: boolean };

const filterFor = (needs: PassNeeds, passing: Passing, { lease, isValue }: By): StreamFilter => {
  const { received, dialect, plan } = passing;
  const report = reportFor(needs, passing);
  const watch: ErrorWatch = {
    path: plan.path,
    secret: lease.secret,
    own: ownName(plan),
    told: (text) => {
      const error = errorFromAnswer(statusTold(text), text, plan.model ?? plan.quota);
      report(lease, error);
      received.note({ error: error.tag });
    },
  };
  return isValue ? dialect.valueFilter(watch) : dialect.streamFilter(watch);
};

/**
 * A stream without what errors among its frames tell of the owner of the keys, or a value without what one behind its
 * other fields does. Such an error counts as one that was an answer: for the key, and in the access line.
 */
export const cleanStream = (needs: PassNeeds, passing: Passing, by: PassedBy & By): ByteSource => {
  const source = by.answer.body;
  const { take, end, isAtRest, passes } = filterFor(needs, passing, by);
  let all: Uint8Array | null = null;
  return {
    ...source,
    whole: () => {
      const bytes = source.whole();
      if (bytes === null) return null;
      all ??= joinTwo(take(bytes), end());
      return all;
    },
    pour: (sink) => {
      // Asked for as a whole, and not taken: it has been through the filter.
      if (all !== null) return sourceOf(all).pour(sink);
      const way: ShortWay = { fits: passes, take: sink.take };
      return source.pour({
        take: (piece) => {
          const clean = take(piece);
          return clean.length === 0 || sink.take(clean);
        },
        shortWay: () => (isAtRest() ? way : null),
        end: (error) =>
          endWith(sink, () => {
            const held = end();
            if (held.length > 0) sink.take(held);
            return error;
          }),
      });
    },
  };
};
