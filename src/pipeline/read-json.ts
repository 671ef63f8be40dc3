import { atOnce } from '../kernel/breathe.ts';
import { E, TE } from '../kernel/fp.ts';
import { fullText, hollowText, wholeText } from '../kernel/hollow-text.ts';
import {
  parseLargeJson,
  parseSmallJson,
  type Expected,
  type ParsedJson,
  type ParseFault,
} from '../kernel/parse-json.ts';
import { joinPieces, sizeOf, stretchOf, type PiecedBytes } from '../kernel/pieced-bytes.ts';
import { invalid, type ProxyError } from '../kernel/proxy-error.ts';
import { costs, type Memory } from '../ports/memory.ts';

/** OpenAI takes 300,000 tokens in one request for embeddings at most. What is parsed in one go takes 0.1 s. */
const bounds = { depth: 100, values: 1_000_000, itemValues: 400_000, itemTexts: 100_000, objectFields: 10_000 };

const boundsOf = (hold: (values: number) => boolean) => ({
  depth: bounds.depth,
  values: bounds.values,
  itemValues: bounds.itemValues,
  itemTexts: bounds.itemTexts,
  objectFields: bounds.objectFields,
  hold,
});

const invalidBody = (message: string): ProxyError => invalid(message, null, 'invalid_value');

const faults: Readonly<Record<Exclude<ParseFault, 'no memory'>, ProxyError>> = {
  'too deep': invalidBody(`The request body is nested deeper than ${bounds.depth} levels.`),
  'too many values': invalidBody(`The request body holds more than ${bounds.values} values.`),
  'too large an item': invalidBody(
    `A field or item of the request body holds more than ${bounds.itemValues} values, or ${bounds.itemTexts} texts.`,
  ),
  'too many fields': invalidBody(`An object in the request body has more than ${bounds.objectFields} fields.`),
  'not JSON': invalid('The request body is not valid JSON.', null, 'invalid_json'),
};

const byteOrderMark = Buffer.from('\ufeff');

/** Some clients begin their JSON with a byte order mark (RFC 8259 §8.1 lets us pass over it). */
const withoutMark = (pieces: PiecedBytes): PiecedBytes => {
  const [first] = pieces;
  if (first?.[0] !== byteOrderMark[0]) return pieces;
  return joinPieces(stretchOf(pieces, 0, byteOrderMark.length)).equals(byteOrderMark)
    ? stretchOf(pieces, byteOrderMark.length, Infinity)
    : pieces;
};

/** A body, how it was written ('' for a form), and whether so much was read that work on it is broken up. */
export type ReadBody = { readonly value: unknown; readonly written: () => string; readonly isLarge: boolean };

/** A shorter body is put together: 10 µs for 100 KB, and code the less that no short chat has gone through. */
const mostJoined = 256 * 1024;

/** A larger body is read in steps, even if all but a little of it is long texts. */
const mostAtOnce = 8 * 1024 ** 2;

/**
 * Reads a body of JSON from the pieces in which it came; texts that stand where a dialect never looks into them may be
 * left unread, and are then not copied either.
 */
export const readJson = (
  body: PiecedBytes,
  memory: Memory,
  { unreadAt, shortTexts, terms }: Partial<Pick<Expected, 'unreadAt' | 'shortTexts' | 'terms'>> = {},
): TE.TaskEither<ProxyError, ReadBody> => {
  const pieces = withoutMark(body);
  const met: { refusal: ProxyError } = { refusal: { tag: 'ClientGone' } };
  const hold = (values: number): boolean => {
    const refusal = memory.take(values * costs.value);
    if (refusal !== null) met.refusal = refusal;
    return refusal === null;
  };
  const expected = { bounds: boundsOf(hold), unreadAt, shortTexts, terms };
  const size = sizeOf(pieces);
  const isJoined = unreadAt === undefined || size <= mostJoined;
  const text = isJoined ? fullText(joinPieces(pieces)) : hollowText(pieces);
  const isLarge = text.bytes.length > atOnce || size > mostAtOnce;
  const read = (parsed: E.Either<ParseFault, ParsedJson>): E.Either<ProxyError, ReadBody> => {
    if (E.isLeft(parsed)) return E.left(parsed.left === 'no memory' ? met.refusal : faults[parsed.left]);
    const { value, read: bytes } = parsed.right;
    return E.right({ value, written: () => wholeText(text).toString('utf8'), isLarge: bytes > atOnce });
  };
  return isLarge
    ? async () => read(await parseLargeJson(text, expected))
    : TE.fromEither(read(parseSmallJson(text, expected)));
};
