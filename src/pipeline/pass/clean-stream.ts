import type { ByteSource, ShortWay } from '../../ports/byte-source.ts';
import { errorFromAnswer } from '../../gemini/error-from-answer.ts';
import type { StreamFilter } from '../../ports/passing-on.ts';
import { sourceOf } from './collect-bytes.ts';
import { endWith } from './end-with.ts';
import { statusTold } from './judge-answer.ts';
import type { Passing, PassNeeds } from './passing.ts';
import { ownName, reportFor, type PassedBy } from './try-passing.ts';

const joinTwo = (first: Uint8Array, second: Uint8Array): Uint8Array =>
  second.length === 0 ? first : Buffer.concat([first, second]);

const filterFor = (needs: PassNeeds, passing: Passing, lease: PassedBy['lease']): StreamFilter => {
  const { received, dialect, plan } = passing;
  const report = reportFor(needs, passing);
  return dialect.streamFilter({
    path: plan.path,
    secret: lease.secret,
    own: ownName(plan),
    told: (text) => {
      const error = errorFromAnswer(statusTold(text), text, plan.model ?? plan.quota);
      report(lease, error);
      received.note({ error: error.tag });
    },
  });
};

/**
 * A stream without what errors among its frames tell of the owner of the keys. Such an error counts as one that was an
 * answer: for the key, and in the access line.
 */
export const cleanStream = (needs: PassNeeds, passing: Passing, { answer, lease }: PassedBy): ByteSource => {
  const source = answer.body;
  const { take, end, isAtRest, passes } = filterFor(needs, passing, lease);
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
