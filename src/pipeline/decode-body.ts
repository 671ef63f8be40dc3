import { atOnce, breathe } from '../kernel/breathe.ts';
import { E, TE, pipe } from '../kernel/fp.ts';
import { jsonFault, type JsonBounds } from '../kernel/json-fault.ts';
import { parseLargeJson, type ParseFault } from '../kernel/parse-json.ts';
import { invalid, type ProxyError } from '../kernel/proxy-error.ts';
import type { Stage } from '../kernel/stage.ts';
import { costs, type Memory } from '../ports/memory.ts';
import type { Admitted, Asked } from './exchange.ts';
import { isForm, readForm } from './read-form.ts';

/** OpenAI takes 300,000 tokens in one request for embeddings at most. What is parsed in one go takes 0.1 s. */
const bounds = { depth: 100, values: 1_000_000, itemValues: 400_000, itemTexts: 100_000, objectFields: 10_000 };

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
const withoutMark = (bytes: Buffer): Buffer =>
  bytes.subarray(0, byteOrderMark.length).equals(byteOrderMark) ? bytes.subarray(byteOrderMark.length) : bytes;

/** A body, and how it was written; '' for a form. */
type Parsed = { readonly value: unknown; readonly written: () => string };

type Bounds = typeof bounds & Pick<JsonBounds, 'hold'>;

const parseSmall = (bytes: Buffer, most: Bounds): E.Either<ParseFault, Parsed> => {
  const fault = jsonFault(bytes, most);
  if (fault !== null) return E.left(fault);
  const json = bytes.toString('utf8');
  return E.tryCatch(
    (): Parsed => ({ value: JSON.parse(json), written: () => json }),
    () => 'not JSON',
  );
};

const parseLarge = (bytes: Buffer, most: Bounds): TE.TaskEither<ParseFault, Parsed> =>
  pipe(
    () => parseLargeJson(bytes, most),
    TE.map((value) => ({ value, written: () => bytes.toString('utf8') })),
  );

const isLarge = (bytes: Uint8Array): boolean => bytes.length > atOnce;

const parseJson = (body: Uint8Array, memory: Memory): TE.TaskEither<ProxyError, Parsed> => {
  const bytes = withoutMark(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
  const met: { refusal: ProxyError } = { refusal: { tag: 'ClientGone' } };
  const hold = (values: number): boolean => {
    const refusal = memory.take(values * costs.value);
    if (refusal !== null) met.refusal = refusal;
    return refusal === null;
  };
  const most = { ...bounds, hold };
  return pipe(
    isLarge(bytes) ? parseLarge(bytes, most) : TE.fromEither(parseSmall(bytes, most)),
    TE.mapLeft((fault) => (fault === 'no memory' ? met.refusal : faults[fault])),
  );
};

const parseBody = (
  bytes: Uint8Array,
  { contentType, held }: Pick<Admitted, 'contentType' | 'held'>,
): TE.TaskEither<ProxyError, Parsed> =>
  isForm(contentType)
    ? pipe(
        TE.fromEither(readForm(bytes, contentType)),
        TE.map((value) => ({ value, written: () => '' })),
      )
    : parseJson(bytes, held.request);

type Decode<Request> = (body: unknown, written: () => string) => E.Either<ProxyError, Request>;

/** Decodes what has much in it in a go of its own. */
const decodedApart =
  <Request>(decode: Decode<Request>) =>
  ({ value, written }: Parsed): TE.TaskEither<ProxyError, Request> =>
  async () => {
    await breathe();
    const asked = decode(value, written);
    await breathe();
    return asked;
  };

/** Reads the body as JSON, or as a form where it is one, and decodes it into the dialect's request. */
export const decodeBody =
  <Request>(decode: Decode<Request>): Stage<Admitted, Asked<Request>> =>
  (admitted) =>
    pipe(
      admitted.readBody,
      TE.flatMap((bytes) => {
        const isLargeBody = isLarge(bytes);
        return pipe(
          parseBody(bytes, admitted),
          isLargeBody
            ? TE.flatMap(decodedApart(decode))
            : TE.flatMapEither(({ value, written }) => decode(value, written)),
          TE.map((asked) => ({ ...admitted, asked, isLargeBody })),
        );
      }),
    );
