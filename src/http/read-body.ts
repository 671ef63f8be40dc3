import type { IncomingMessage } from 'node:http';
import { E, type TE } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import { costs, type Memory } from '../ports/memory.ts';
import { isForm } from '../pipeline/read-form.ts';
import { abortReason } from '../kernel/abort-reason.ts';
import { signalSource, type Signal } from '../kernel/signal.ts';
import { byteBlocks, type ByteBlocks } from '../kernel/byte-blocks.ts';
import { keptPieces, type KeptPieces } from '../kernel/kept-pieces.ts';
import { checkMediaType, type BodyKind } from './check-media-type.ts';
import type { RequestHead } from './request-head.ts';
import { endSilentOnStop, type Stopping } from './silent-sender.ts';

/** How far a body has come. */
export type BodyProgress = {
  /** The caller waits with its body for our `100 Continue`, and so sends none. */
  isHeldBack: boolean;
  /** All of it was taken; Node may not have said yet that the message is complete. */
  isTaken: boolean;
};

/** A request whose body is still to be read. */
export type BodySource = {
  readonly message: IncomingMessage;
  readonly header: RequestHead['header'];
  readonly accepts: BodyKind;
  readonly signal: Signal;
  readonly progress: BodyProgress;
  /** Tells a caller that waits with its body (`Expect: 100-continue`) to send it. */
  readonly askForBody: () => void;
  readonly memory: Memory;
};

/** How large and how slow bodies may be. */
export type BodyLimits = {
  readonly mostBytes: number;
  /** The most memory that one exchange can have: what a body costs must fit in. */
  readonly mostMemory: number;
  readonly timeoutMs: number;
} & Stopping;

/** A body with what is known of it before it comes. */
type Expected = { readonly mostBytes: number; readonly announced: number | null; readonly cost: number };

const tooLarge = (mostBytes: number): ProxyError => ({ tag: 'BodyTooLarge', mostBytes });

const costOf = ({ header, accepts }: BodySource): number => {
  if (accepts === 'bytes') return costs.bytes;
  return isForm(header('content-type')) ? costs.form : costs.json;
};

const expectedBody = (source: BodySource, { mostBytes, mostMemory }: BodyLimits): Expected => {
  const length = source.header('content-length');
  const cost = costOf(source);
  return {
    mostBytes: Math.min(mostBytes, Math.floor(mostMemory / cost)),
    announced: length === null ? null : Number(length),
    cost,
  };
};

/** What an announced body costs is reserved before a byte of it is read, so that what has been let in is served. */
const reserveBody = ({ memory }: BodySource, { mostBytes, announced, cost }: Expected): E.Either<ProxyError, void> => {
  if (announced !== null && announced > mostBytes) return E.left(tooLarge(mostBytes));
  const refusal = memory.take((announced ?? 0) * cost);
  return refusal === null ? E.right(undefined) : E.left(refusal);
};

/** What one that was not announced takes is reserved as it is needed. */
const reserveFor = ({ memory }: BodySource, { announced, cost }: Expected) => (bytes: number): ProxyError | null =>
  announced === null ? memory.take(bytes * cost) : null;

/** What bytes are gathered in, and how those that came in one piece are given. */
type Way<A> = {
  readonly gather: (source: BodySource, known: Expected) => Pick<ByteBlocks | KeptPieces, 'add' | 'size'> & {
    readonly whole: () => A;
  };
  readonly atOnce: (bytes: Uint8Array) => A;
};

const inOneBlock: Way<Uint8Array> = {
  gather: (source, known) => byteBlocks(known.announced, reserveFor(source, known)),
  atOnce: (bytes) => bytes,
};

const inPieces: Way<readonly Uint8Array[]> = {
  gather: (source, known) => keptPieces(reserveFor(source, known)),
  atOnce: (bytes) => [bytes],
};

type Body<A> = E.Either<ProxyError, A>;

/**
 * Whether all of a body is there, as of most that came with their head. Node says `complete` only after what waited for
 * the bytes has run.
 */
const isThere = ({ message, signal }: BodySource, { announced }: Expected): boolean =>
  !signal.aborted && (message.complete || (announced !== null && message.readableLength === announced));

/**
 * The same bytes as a buffer of the shape that JavaScript gives them. Node's parser gives another one, and V8 throws
 * away what it has compiled for one when the other comes: 5 functions at the first conversation, 6 at the first 100 KB,
 * for 0.08 µs a piece in a loop.
 */
const asOwnBuffer = ({ buffer, byteOffset, length }: Uint8Array): Buffer => Buffer.from(buffer, byteOffset, length);

/**
 * Takes a body that is all there: no listeners, no timer, nothing to wait for. Nobody needs to be told of its end
 * (`resume`, `end` and `close` are three turns of Node's queue).
 */
const takeBody = ({ message, memory, progress }: BodySource, known: Expected): Body<Uint8Array> => {
  const size = message.readableLength;
  if (size > known.mostBytes) return E.left(tooLarge(known.mostBytes));
  const refusal = known.announced === null ? memory.take(size * known.cost) : null;
  if (refusal !== null) return E.left(refusal);
  const bytes: unknown = message.read();
  progress.isTaken = true;
  return E.right(bytes instanceof Uint8Array ? asOwnBuffer(bytes) : new Uint8Array());
};

type Asked<A> = { readonly limits: BodyLimits; readonly known: Expected; readonly way: Way<A> };

const collectBody = <A>(source: BodySource, { limits, known, way }: Asked<A>): Promise<Body<A>> => {
  const { message, signal } = source;
  const { timeoutMs, wait } = limits;
  const blocks = way.gather(source, known);
  return new Promise((resolve) => {
    const timer = signalSource();
    const settle = (result: Body<A>): void => {
      message.off('data', onData).off('end', onWhole);
      signal.removeEventListener('abort', onAbort);
      timer.abort('settled');
      forgetStop();
      resolve(result);
    };
    const fail = (error: ProxyError): void => {
      message.pause();
      settle(E.left(error));
    };
    const onAbort = (): void => fail(abortReason(signal));
    const onWhole = (): void => settle(E.right(blocks.whole()));
    const onData = (chunk: Buffer): void => {
      if (blocks.size() + chunk.length > known.mostBytes) return fail(tooLarge(known.mostBytes));
      const refusal = blocks.add(asOwnBuffer(chunk));
      if (refusal !== null) fail(refusal);
    };
    const forgetStop = endSilentOnStop(limits, blocks.size, () => fail({ tag: 'ShuttingDown' }));
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    message.on('data', onData).on('end', onWhole);
    source.askForBody();
    void wait(timeoutMs, timer.signal).then(() => timer.signal.aborted || fail({ tag: 'BodyTimeout' }));
  });
};

const readIn = <A>(source: BodySource, limits: BodyLimits, way: Way<A>): TE.TaskEither<ProxyError, A> =>
  () => {
    const fit = checkMediaType(source.header, source.accepts);
    if (E.isLeft(fit)) return fit;
    const known = expectedBody(source, limits);
    const reserved = reserveBody(source, known);
    if (E.isLeft(reserved)) return reserved;
    if (!isThere(source, known)) return collectBody(source, { limits, known, way });
    const taken = takeBody(source, known);
    return E.isLeft(taken) ? taken : E.right(way.atOnce(taken.right));
  };

/**
 * Reads the whole body; to be called once, so that nobody but the caller holds the bytes. Nothing is read of one that
 * is announced as too large, for which there is no memory, or which is of a wrong kind.
 */
export const bodyReader = (source: BodySource, limits: BodyLimits): TE.TaskEither<ProxyError, Uint8Array> =>
  readIn(source, limits, inOneBlock);

/** The same, in the pieces in which it comes, for what is sent on as it is. */
export const pieceReader = (
  source: BodySource,
  limits: BodyLimits,
): TE.TaskEither<ProxyError, readonly Uint8Array[]> => readIn(source, limits, inPieces);
