import { E, TE, pipe } from '../kernel/fp.ts';
import { runMachine, type Machine } from '../kernel/machine.ts';
import { caught, thrown, type ProxyError } from '../kernel/proxy-error.ts';
import type { Stage } from '../kernel/stage.ts';
import type { Frame } from '../gemini/response.ts';
import type { RememberSignature, Wait } from '../ports/capabilities.ts';
import type { Dialect } from '../ports/dialect.ts';
import type { Headers, Reply, Whole } from '../ports/reply.ts';
import type { Frames, Planned, Received } from './exchange.ts';
import { limitHeaders, withLimits } from './limit-headers.ts';

const streamHeaders: Headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
  'x-accel-buffering': 'no',
};

/** What an answer is written with. It holds nothing of the request, which is gone while a long answer goes on. */
type Writing<State, Event> = {
  readonly reply: Dialect<unknown, State, Event>['reply'];
  readonly machine: Machine<State, Frame, Event>;
  readonly keep: RememberSignature;
};

const rememberSignatures = <State, Event>({ reply, keep }: Writing<State, Event>, events: readonly Event[]): void => {
  for (const signature of reply.signatures?.(events) ?? []) keep(signature);
};

/** Collects the same machine that makes the stream. */
const collectWhole = <State, Event>(writing: Writing<State, Event>, frames: Frames): TE.TaskEither<ProxyError, Whole> =>
  pipe(
    TE.tryCatch(async () => {
      const events: Event[] = [];
      for await (const some of runMachine(writing.machine, frames)) for (const event of some) events.push(event);
      rememberSignatures(writing, events);
      return events;
    }, caught),
    TE.flatMapEither(writing.reply.whole),
  );

type Begun = { readonly head: Promise<E.Either<ProxyError, Frames>>; readonly note: Received['note'] };

async function* writeTail<State, Event>(writing: Writing<State, Event>, { head, note }: Begun): AsyncGenerator<string, void, undefined> {
  const { reply, machine } = writing;
  try {
    const frames = await head;
    if (E.isLeft(frames)) throw thrown(frames.left);
    for await (const events of runMachine(machine, frames.right)) {
      rememberSignatures(writing, events);
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

/** Heartbeats of a stream: how long without content, ms (0 = off), and how to wait; and where signatures are kept. */
export type Patience = { readonly keepAliveMs: number; readonly wait: Wait; readonly rememberSignature: RememberSignature };

type AnswerPlan<Request> = Stage<Planned<Request>, Frames>;

/**
 * A stream begins as soon as the answer does. When that takes longer than the heartbeat, the stream begins without it:
 * key after key is still tried behind the heartbeats, and only the last failure arrives, as an error frame.
 */
const streamedReply =
  <State, Event>(writing: Writing<State, Event>, { keepAliveMs, wait }: Patience) =>
  <Request>(planned: Planned<Request>, answer: AnswerPlan<Request>): TE.TaskEither<ProxyError, Reply> =>
  async () => {
    const head = answer(planned)();
    const { permit, note } = planned;
    const waiting = new AbortController();
    const tooLong = wait(keepAliveMs, waiting.signal).then(() => null);
    const first = keepAliveMs === 0 ? await head : await Promise.race([head, tooLong]);
    waiting.abort();
    if (first !== null && E.isLeft(first)) return first;
    return E.right({
      kind: 'streamed',
      status: 200,
      headers: { ...streamHeaders, ...limitHeaders(permit) },
      tail: writeTail(writing, { head, note }),
      heartbeat: { text: ': keep-alive\n\n', afterMs: keepAliveMs },
    });
  };

/** Picks by what the caller asked for. */
export const translateBack =
  <Request, State, Event>(dialect: Dialect<Request, State, Event>, answer: AnswerPlan<Request>, patience: Patience): Stage<Planned<Request>, Reply> =>
  (planned) => {
    const { asked, context, permit } = planned;
    const writing = { reply: dialect.reply, machine: dialect.machine(asked, context), keep: patience.rememberSignature };
    if (dialect.isStreamed(asked)) return streamedReply(writing, patience)(planned, answer);
    return pipe(
      answer(planned),
      TE.flatMap((frames) => collectWhole(writing, frames)),
      TE.map(withLimits(permit)),
    );
  };
