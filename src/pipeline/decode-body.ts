import { E, TE, pipe } from '../kernel/fp.ts';
import { jsonFault } from '../kernel/json-fault.ts';
import { invalid, type ProxyError } from '../kernel/proxy-error.ts';
import type { Stage } from '../kernel/stage.ts';
import type { Admitted, Asked } from './exchange.ts';
import { isForm, readForm } from './read-form.ts';

/** 300,000 tokens in one request for embeddings are the most that OpenAI takes. */
const bounds = { depth: 100, values: 1_000_000 };

const faults = {
  'too deep': invalid(`The request body is nested deeper than ${bounds.depth} levels.`, null, 'invalid_value'),
  'too many values': invalid(`The request body holds more than ${bounds.values} values.`, null, 'invalid_value'),
};

const byteOrderMark = Buffer.from('\ufeff');

/** Some clients begin their JSON with a byte order mark (RFC 8259 §8.1 lets us pass over it). */
const withoutMark = (bytes: Buffer): Buffer =>
  bytes.subarray(0, byteOrderMark.length).equals(byteOrderMark) ? bytes.subarray(byteOrderMark.length) : bytes;

/** A body, and how it was written; '' for a form. */
type Parsed = { readonly value: unknown; readonly json: string };

const parseJson = (bytes: Uint8Array): E.Either<ProxyError, Parsed> => {
  const fault = jsonFault(bytes, bounds);
  if (fault !== null) return E.left(faults[fault]);
  return E.tryCatch(
    (): Parsed => {
      const json = withoutMark(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)).toString('utf8');
      return { value: JSON.parse(json), json };
    },
    () => invalid('The request body is not valid JSON.', null, 'invalid_json'),
  );
};

const parse = (bytes: Uint8Array, contentType: string | null): E.Either<ProxyError, Parsed> =>
  isForm(contentType)
    ? pipe(
        readForm(bytes, contentType),
        E.map((value) => ({ value, json: '' })),
      )
    : parseJson(bytes);

/** Reads the body as JSON, or as a form where it is one, and decodes it into the dialect's request. */
export const decodeBody =
  <Request>(decode: (body: unknown, json: string) => E.Either<ProxyError, Request>): Stage<Admitted, Asked<Request>> =>
  (admitted) =>
    pipe(
      admitted.readBody,
      TE.flatMapEither((bytes) => parse(bytes, admitted.contentType)),
      TE.flatMapEither(({ value, json }) => decode(value, json)),
      TE.map((asked) => ({ ...admitted, asked })),
    );
