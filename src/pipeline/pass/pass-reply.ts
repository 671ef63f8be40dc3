import { E } from '../../kernel/fp.ts';
import { caught, type ProxyError } from '../../kernel/proxy-error.ts';
import { lastBytes } from '../../kernel/last-bytes.ts';
import { signalSource } from '../../kernel/signal.ts';
import type { ByteFlow, ByteSink, ByteSource } from '../../ports/byte-source.ts';
import type { Headers, Passed, Reply, Whole } from '../../ports/reply.ts';
import type { PassedAnswer } from '../../ports/passing-on.ts';
import type { PassedBy, NotPassed } from './try-passing.ts';
import type { Refused } from './judge-answer.ts';
import type { Passing, PassNeeds } from './passing.ts';
import { cleanStream } from './clean-stream.ts';
import { sourceOf } from './collect-bytes.ts';
import { watchBorder, type PassedFraming } from './watch-border.ts';

/** Only printable; a stream's own comment, with its blank line, so that no frame is joined to it. */
const heartbeat = ': keep-alive\n\n';

const framingOf = ({ plan }: Passing, type: string): PassedFraming => {
  if (type.startsWith('text/event-stream')) return 'events';
  return plan.stream === 'array' ? 'array' : 'value';
};

/** No proxy on the way shall gather a stream. */
const inStreams: Headers = { 'cache-control': 'no-cache', 'x-accel-buffering': 'no' };

const noteTokens = ({ received, dialect }: Passing, ending: Uint8Array): void => {
  const tokens = dialect.tokensIn(ending);
  if (tokens !== null) received.note(tokens);
};

/** An answer's headers as they go down; an address in them is ours. */
const headersOf = ({ dialect, base }: Passing, { status, headers: told }: PassedAnswer, isStream: boolean): Headers => {
  const down = dialect.headersDown(told, isStream);
  const headers = isStream ? { ...down, ...inStreams } : down;
  if (status === 200 || told['location'] === undefined) return headers;
  const location = dialect.addressDown(told['location'], base);
  return location === null ? headers : { ...headers, location };
};

/** Its cost is looked for once it has gone down: the reader need not wait for that. */
const wholeReply = (passing: Passing, answer: PassedAnswer, body: Uint8Array): Whole => {
  passing.received.onEnd(() => noteTokens(passing, body));
  return { kind: 'whole', status: answer.status, headers: headersOf(passing, answer, false), body };
};

/**
 * An answer whose bytes pass: as they come, or as a whole reply where it is one value that is there. What makes or
 * tells of things has been cleaned (`learnNames`): why an operation failed is no error of the answer's.
 */
export const passedReply = (needs: PassNeeds, passing: Passing, by: PassedBy): Passed | Whole => {
  const { answer } = by;
  const framing = framingOf(passing, answer.type);
  const value = framing === 'value' && passing.received.method !== 'HEAD' ? answer.body.whole() : null;
  if (value === null) return pouredReply(needs, passing, { ...by, framing });
  const isClean = passing.plan.work !== 'free' || !passing.dialect.mayHoldError(value);
  const body = isClean ? value : cleanStream(needs, passing, { ...by, isValue: true }).whole();
  return wholeReply(passing, answer, body ?? value);
};

type Framed = PassedBy & { readonly framing: PassedFraming };

const pouredReply = (needs: PassNeeds, passing: Passing, { framing, ...by }: Framed): Passed => {
  const { dialect, plan } = passing;
  const { answer } = by;
  const isValue = framing === 'value';
  const passes = isValue && (plan.work !== 'free' || !answer.type.includes('json'));
  const source = passes ? answer.body : cleanStream(needs, passing, { ...by, isValue });
  const { body, isAtBorder } = watchBorder(source, framing, (ending) => noteTokens(passing, ending));
  return {
    kind: 'passed',
    status: answer.status,
    headers: headersOf(passing, answer, framing === 'events'),
    body,
    fail: (error) => (framing === 'events' && isAtBorder() ? dialect.errors.inStream(error) : null),
    heartbeat: {
      text: () => (isAtBorder() ? heartbeat : ''),
      afterMs: framing === 'events' ? needs.keepAliveMs : 0,
    },
  };
};

/** In our words: they are about the keys, which are no matter of the caller's. */
const isOurs = ({ tag }: ProxyError): boolean => tag === 'KeyRefused' || tag === 'NoUsableKey';

/** What Google said of a wait, else what we know: of a quota, of a model that answers nobody. */
const retryAfter = ({ headers }: Refused, error: ProxyError): Headers => {
  const told = headers['retry-after'];
  if (told !== undefined) return { 'retry-after': told };
  const known = 'retryAfterSeconds' in error ? error.retryAfterSeconds : null;
  const seconds = known ?? (error.tag === 'QuotaSpent' ? 60 : null);
  return seconds === null ? {} : { 'retry-after': String(Math.max(1, Math.ceil(seconds))) };
};

/** Google's own answer, cleaned; or a Left where the error is told in our words. */
export const refusedReply = ({ error, told }: NotPassed): E.Either<ProxyError, Whole> =>
  told === null || told.text === null || isOurs(error)
    ? E.left(error)
    : E.right({
        kind: 'whole',
        status: told.status,
        headers: { 'content-type': 'application/json; charset=UTF-8', ...retryAfter(told, error) },
        body: told.text,
      });

type Late = Promise<E.Either<ProxyError, Reply>>;

/** What came late stands in the stream as it would have been the answer: its bytes, or its error as an event. */
const pourLate = async (late: Late, { dialect, received }: Passing, sink: ByteSink): Promise<ByteFlow | null> => {
  const result = await late.catch((cause: unknown) => E.left(caught(cause)));
  if (E.isLeft(result)) {
    received.note({ error: result.left.tag });
    sink.end(result.left);
    return null;
  }
  const reply = result.right;
  if (reply.kind === 'passed') return reply.body.pour(sink);
  if (reply.kind === 'whole') {
    const bytes = Buffer.from(reply.body);
    const isGood = reply.status < 400;
    return sourceOf(isGood ? bytes : Buffer.from(dialect.errors.inStreamText(bytes.toString('utf8')))).pour(sink);
  }
  return null;
};

const lateSource = (late: Late, passing: Passing): ByteSource => {
  const state: { flow: ByteFlow | null; last: Uint8Array } = { flow: null, last: new Uint8Array() };
  const watched = ({ take, end }: ByteSink): ByteSink => ({
    take: (piece) => {
      state.last = lastBytes(state.last, piece);
      return take(piece);
    },
    end,
  });
  return {
    whole: () => null,
    begun: () => Promise.resolve(null),
    first: () => state.last,
    pour: (sink) => {
      pourLate(late, passing, watched(sink)).then(
        (flow) => {
          state.flow = flow;
        },
        (cause: unknown) => sink.end(caught(cause)),
      );
      return { resume: () => state.flow?.resume() };
    },
    ending: () => state.last,
    close: () =>
      late.then(
        (result) => {
          if (E.isRight(result) && result.right.kind === 'passed') result.right.body.close();
        },
        // Told by who pours.
        () => undefined,
      ),
  };
};

const lateReply = ({ keepAliveMs }: PassNeeds, passing: Passing, late: Late): Passed => {
  const { body, isAtBorder } = watchBorder(lateSource(late, passing), 'events', () => undefined);
  return {
    kind: 'passed',
    status: 200,
    headers: { 'content-type': 'text/event-stream', ...inStreams },
    body,
    fail: (error) => (isAtBorder() ? passing.dialect.errors.inStream(error) : null),
    heartbeat: { text: () => (isAtBorder() ? heartbeat : ''), afterMs: keepAliveMs },
  };
};

/**
 * A stream of events begins as soon as the answer does. When that takes longer than the heartbeat, it begins without
 * it: key after key is still tried behind the heartbeats, and only the last failure arrives, as an event.
 */
export const unlessLate = (
  needs: PassNeeds,
  passing: Passing,
  run: () => Promise<E.Either<ProxyError, Reply>>,
): Promise<E.Either<ProxyError, Reply>> => {
  const { wait, keepAliveMs } = needs;
  if (keepAliveMs === 0 || passing.plan.stream !== 'events') return run();
  return new Promise((resolve, reject) => {
    const late = run();
    const waiting = signalSource();
    late.then((result) => {
      waiting.abort('begun');
      resolve(result);
    }, reject);
    void wait(keepAliveMs, waiting.signal).then(() => {
      if (!waiting.signal.aborted) resolve(E.right(lateReply(needs, passing, late)));
    });
  });
};
