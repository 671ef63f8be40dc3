import { atOnce, breathe } from '../kernel/breathe.ts';
import { E, TE, pipe } from '../kernel/fp.ts';
import { sizeOf, type PiecedBytes } from '../kernel/pieced-bytes.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { Stage } from '../kernel/stage.ts';
import { runApart } from '../kernel/steps.ts';
import type { Dialect, QuestionDialect } from '../ports/dialect.ts';
import type { Admitted, Asked, Authorized } from './exchange.ts';
import { isForm, readForm } from './read-form.ts';
import { readJson, type ReadBody } from './read-json.ts';

type Decode<Request> = (body: unknown, written: () => string) => E.Either<ProxyError, Request>;

/** What else a dialect says of its bodies: what of them need not be read, or not again, and how large ones are decoded. */
type BodyWays<Request> = Pick<Dialect<Request>, 'unreadAt' | 'shortTexts' | 'terms'> &
  Pick<QuestionDialect<Request>, 'inSteps'>;

/** A form comes as one block, JSON in the pieces in which it came. */
const readBody = (
  body: Uint8Array | PiecedBytes,
  { contentType, held }: Pick<Authorized, 'contentType' | 'held'>,
  ways: Pick<BodyWays<unknown>, 'unreadAt' | 'shortTexts' | 'terms'>,
): TE.TaskEither<ProxyError, ReadBody> =>
  body instanceof Uint8Array
    ? pipe(
        TE.fromEither(readForm(body, contentType ?? '')),
        TE.map((value) => ({ value, written: () => '', isLarge: body.length > atOnce })),
      )
    : readJson(body, held.request, ways);

/** Decodes what has much in it apart from all else, and in steps where there are some. */
const decodeLarge = async <Request>(
  decode: Decode<Request>,
  { inSteps }: BodyWays<Request>,
  { value, written }: ReadBody,
): Promise<E.Either<ProxyError, Request>> => {
  await breathe();
  const asked = inSteps === undefined ? decode(value, written) : await runApart(inSteps.decode(value, written));
  await breathe();
  return asked;
};

const askedOf = <Request>(
  { received, permit }: Admitted,
  { asked, isLargeBody, bodyBytes }: Required<Pick<Asked<Request>, 'asked' | 'isLargeBody' | 'bodyBytes'>>,
): Asked<Request> => ({
  requestId: received.requestId,
  caller: received.caller,
  held: received.held,
  mostSent: received.mostSent,
  origin: received.origin,
  imageReplyFormat: received.imageReplyFormat,
  originator: received.originator ?? null,
  signal: received.signal,
  note: received.note,
  permit,
  asked,
  isLargeBody,
  bodyBytes,
});

type Bytes = Uint8Array | PiecedBytes;

const bytesOf = ({ contentType, readBody: block, readPieces }: Authorized): TE.TaskEither<ProxyError, Bytes> =>
  isForm(contentType) ? block : readPieces;

/** Plain calls where nothing is waited for, as for nearly all bodies. */
const onceKnown = <A, B>(
  known: TE.Outcome<ProxyError, A>,
  next: (value: A) => TE.Outcome<ProxyError, B>,
): TE.Outcome<ProxyError, B> => {
  const goOn = (result: E.Either<ProxyError, A>) => (E.isLeft(result) ? result : next(result.right));
  return known instanceof Promise ? known.then(goOn) : goOn(known);
};

/** Reads the body as JSON, or as a form where it is one, and decodes it into the dialect's request. */
export const decodeBody =
  <Request>(decode: Decode<Request>, ways: BodyWays<Request> = {}): Stage<Admitted, Asked<Request>> =>
  (admitted) =>
  () =>
    onceKnown(bytesOf(admitted.received)(), (bytes) =>
      onceKnown(readBody(bytes, admitted.received, ways)(), (body) => {
        const bodyBytes = bytes instanceof Uint8Array ? bytes.length : sizeOf(bytes);
        const { value, written, isLarge: isLargeBody } = body;
        const withAsked = (asked: E.Either<ProxyError, Request>): E.Either<ProxyError, Asked<Request>> =>
          E.isLeft(asked) ? asked : E.right(askedOf(admitted, { asked: asked.right, isLargeBody, bodyBytes }));
        return isLargeBody ? decodeLarge(decode, ways, body).then(withAsked) : withAsked(decode(value, written));
      }),
    );
