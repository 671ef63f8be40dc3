import { atOnce, breathe } from '../kernel/breathe.ts';
import type { UnreadAt } from '../kernel/cut-texts.ts';
import { TE, pipe, type E } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { Stage } from '../kernel/stage.ts';
import { runApart } from '../kernel/steps.ts';
import type { Dialect } from '../ports/dialect.ts';
import type { Admitted, Asked } from './exchange.ts';
import { isForm, readForm } from './read-form.ts';
import { readJson, type ReadBody } from './read-json.ts';

const readBody = (
  bytes: Uint8Array,
  { contentType, held }: Pick<Admitted, 'contentType' | 'held'>,
  unreadAt?: UnreadAt,
): TE.TaskEither<ProxyError, ReadBody> =>
  isForm(contentType)
    ? pipe(
        TE.fromEither(readForm(bytes, contentType)),
        TE.map((value) => ({ value, written: () => '', isLarge: bytes.length > atOnce })),
      )
    : readJson(bytes, held.request, unreadAt);

type Decode<Request> = (body: unknown, written: () => string) => E.Either<ProxyError, Request>;

/** What else a dialect says of its bodies: where long texts may be left unread, and how large ones are decoded. */
type BodyWays<Request> = Pick<Dialect<Request>, 'unreadAt' | 'inSteps'>;

/** Decodes a body; what has much in it apart from all else, and in steps where there are some. */
const decodeRead =
  <Request>(decode: Decode<Request>, { inSteps }: BodyWays<Request>) =>
  ({ value, written, isLarge }: ReadBody): TE.TaskEither<ProxyError, Request> => {
    if (!isLarge) return TE.fromEither(decode(value, written));
    return async () => {
      await breathe();
      const asked = inSteps === undefined ? decode(value, written) : await runApart(inSteps.decode(value, written));
      await breathe();
      return asked;
    };
  };

/** Reads the body as JSON, or as a form where it is one, and decodes it into the dialect's request. */
export const decodeBody =
  <Request>(decode: Decode<Request>, ways: BodyWays<Request> = {}): Stage<Admitted, Asked<Request>> =>
  (admitted) =>
    pipe(
      admitted.readBody,
      TE.flatMap((bytes) => readBody(bytes, admitted, ways.unreadAt)),
      TE.flatMap((body) =>
        pipe(
          body,
          decodeRead(decode, ways),
          TE.map((asked) => ({ asked, isLargeBody: body.isLarge, ...admitted })),
        ),
      ),
    );
