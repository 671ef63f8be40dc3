import { E, TE, pipe } from '../kernel/fp.ts';
import { isTooDeep } from '../kernel/json-depth.ts';
import { invalid, type ProxyError } from '../kernel/proxy-error.ts';
import type { Stage } from '../kernel/stage.ts';
import type { Admitted, Asked } from './exchange.ts';
import { isForm, readForm } from './read-form.ts';

const mostDepth = 100;

const parseJson = (bytes: Uint8Array): E.Either<ProxyError, unknown> => {
  if (isTooDeep(bytes, mostDepth)) {
    return E.left(invalid(`The request body is nested deeper than ${mostDepth} levels.`, null, 'invalid_value'));
  }
  return E.tryCatch(
    (): unknown => JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')),
    () => invalid('The request body is not valid JSON.', null, 'invalid_json'),
  );
};

const parse = (bytes: Uint8Array, contentType: string | null): TE.TaskEither<ProxyError, unknown> =>
  isForm(contentType) ? readForm(bytes, contentType) : TE.fromEither(parseJson(bytes));

/** Reads the body as JSON, or as a form where it is one, and decodes it into the dialect's request. */
export const decodeBody =
  <Request>(decode: (body: unknown) => E.Either<ProxyError, Request>): Stage<Admitted, Asked<Request>> =>
  (admitted) =>
    pipe(
      admitted.readBody,
      TE.flatMap((bytes) => parse(bytes, admitted.contentType)),
      TE.flatMapEither(decode),
      TE.map((asked) => ({ ...admitted, asked })),
    );
