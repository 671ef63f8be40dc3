import { E, TE, pipe } from '../kernel/fp.ts';
import { runMachine } from '../kernel/machine.ts';
import { caught, thrown, type ProxyError } from '../kernel/proxy-error.ts';
import type { Stage } from '../kernel/stage.ts';
import type { Wait } from '../ports/capabilities.ts';
import type { Dialect } from '../ports/dialect.ts';
import type { Headers, Reply } from '../ports/reply.ts';
import type { Answered, Planned } from './exchange.ts';
import { limitHeaders, withLimits } from './limit-headers.ts';

const streamHeaders: Headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
  'x-accel-buffering': 'no',
};

/** Collects the same machine that makes the stream. */
const wholeReply =
  <Request, State, Event>(dialect: Dialect<Request, State, Event>): Stage<Answered<Request>, Reply> =>
  ({ asked, context, frames, permit }) =>
    pipe(
      TE.tryCatch(async () => {
        const events: Event[] = [];
        for await (const some of runMachine(dialect.machine(asked, context), frames)) for (const event of some) events.push(event);
        return events;
      }, caught),
      TE.flatMapEither(dialect.reply.whole),
      TE.map(withLimits(permit)),
    );

async function* tail<Request, State, Event>(
  dialect: Dialect<Request, State, Event>,
  { asked, context, note }: Planned<Request>,
  head: Promise<E.Either<ProxyError, Answered<Request>>>,
): AsyncGenerator<string, void, undefined> {
  const { reply } = dialect;
  try {
    const answered = await head;
    if (E.isLeft(answered)) throw thrown(answered.left);
    for await (const events of runMachine(dialect.machine(asked, context), answered.right.frames)) {
      const failure = reply.failure?.(events) ?? null;
      if (failure !== null) throw thrown(failure);
      const text = reply.frames(events);
      if (text !== '') yield text;
    }
    yield reply.closing;
  } catch (cause) {
    const error = caught(cause);
    note({ error: error.tag });
    if (error.tag === 'Defect') throw cause;
    yield reply.errors.inStream(error);
  }
}

/** Heartbeats of a stream: how long without content, ms (0 = off), and how to wait. */
export type Patience = { readonly keepAliveMs: number; readonly wait: Wait };

/**
 * A stream begins as soon as the answer does. When that takes longer than the heartbeat, the stream begins without it:
 * key after key is still tried behind the heartbeats, and only the last failure arrives, as an error frame.
 */
const streamedReply =
  <Request, State, Event>(
    dialect: Dialect<Request, State, Event>,
    answer: Stage<Planned<Request>, Answered<Request>>,
    { keepAliveMs, wait }: Patience,
  ): Stage<Planned<Request>, Reply> =>
  (planned) =>
  async () => {
    const head = answer(planned)();
    const waiting = new AbortController();
    const tooLong = wait(keepAliveMs, waiting.signal).then(() => null);
    const first = keepAliveMs === 0 ? await head : await Promise.race([head, tooLong]);
    waiting.abort();
    if (first !== null && E.isLeft(first)) return first;
    return E.right({
      kind: 'streamed',
      status: 200,
      headers: { ...streamHeaders, ...limitHeaders(planned.permit) },
      tail: tail(dialect, planned, head),
      heartbeat: { text: ': keep-alive\n\n', afterMs: keepAliveMs },
    });
  };

/** Picks by what the caller asked for. */
export const translateBack =
  <Request, State, Event>(
    dialect: Dialect<Request, State, Event>,
    answer: Stage<Planned<Request>, Answered<Request>>,
    patience: Patience,
  ): Stage<Planned<Request>, Reply> =>
  (planned) =>
    dialect.isStreamed(planned.asked)
      ? streamedReply(dialect, answer, patience)(planned)
      : pipe(answer(planned), TE.flatMap(wholeReply(dialect)));
