import { atOnce } from '../../kernel/breathe.ts';
import { E, TE, pipe } from '../../kernel/fp.ts';
import { fullText } from '../../kernel/hollow-text.ts';
import { parseLargeJson } from '../../kernel/parse-json.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import { costs, type Memory } from '../../ports/memory.ts';
import { readRecord } from '../../ports/response-record.ts';
import type { ResponseRecord } from '../../ports/response-store.ts';
import { bytesOf, type Stretch } from './text-blocks.ts';

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** The items that a response's `output` holds. */
export const outputOf = ({ output }: ResponseRecord['response']): readonly unknown[] => (isList(output) ? output : []);

/** The characters of all texts in a value: what is too long is not written out to see it. */
export const lengthOf = (value: unknown): number => {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 1;
  let sum = 1;
  for (const each of Object.values(value)) sum += lengthOf(each);
  return sum;
};

/** What was written is bounded by its bytes. */
const unbounded = {
  depth: 1_000_000,
  values: Infinity,
  itemValues: Infinity,
  itemTexts: Infinity,
  objectFields: Infinity,
};

const parse = async (bytes: Buffer): Promise<unknown> => {
  if (bytes.length <= atOnce) return JSON.parse(bytes.toString('utf8'));
  return pipe(
    await parseLargeJson(fullText(bytes), { bounds: unbounded, unreadAt: undefined }),
    E.match(
      (): unknown => null,
      ({ value }) => value,
    ),
  );
};

/** Reads a record back, in pieces where it is large. Its memory is taken first. */
export const readKept = (text: Stretch, memory: Memory): TE.TaskEither<ProxyError, ResponseRecord> => {
  const bytes = bytesOf(text);
  const refusal = memory.take(bytes.length * costs.json);
  return refusal === null
    ? pipe(
        TE.fromTask(() => parse(bytes)),
        TE.flatMapEither(readRecord),
      )
    : TE.left(refusal);
};
