import { paceWork } from '../kernel/breathe.ts';
import { E, TE, pipe } from '../kernel/fp.ts';
import { primeStream } from '../kernel/prime-stream.ts';
import { caught, thrown, type ProxyError } from '../kernel/proxy-error.ts';
import { poured, type Items, type Pour } from '../kernel/ready-stream.ts';
import { signalSource } from '../kernel/signal.ts';
import type { Stage } from '../kernel/stage.ts';
import { asSent, bytesBehind } from '../kernel/written-text.ts';
import type { Frame } from '../gemini/response.ts';
import type { AnswerEnd, AnswerWriter, StreamWriter, WholeWriter } from '../ports/answer-writer.ts';
import type { RememberSignature, Wait } from '../ports/capabilities.ts';
import type { Replies } from '../ports/dialect.ts';
import type { Memory } from '../ports/memory.ts';
import type { Reply, Whole } from '../ports/reply.ts';
import type { Frames, Planned, Received } from './exchange.ts';
import { withLimits } from './limit-headers.ts';
import { reserveKept } from './reserve-kept.ts';
import { writeLarge } from './write-large.ts';

/** What writing an answer needs: how long a stream may be silent, ms (0 = for ever), and where signatures are kept. */
export type Answering = Pick<Replies, 'streamHeaders' | 'limitHeaders'> & {
  readonly keepAliveMs: number;
  readonly wait: Wait;
  readonly rememberSignature: RememberSignature;
};

/** Parts and frames after which the event loop breathes: a few milliseconds' worth. */
const mostParts = 1000;
/** Characters to write that take as long as a part. */
const charactersAPart = 256;

const partsIn = (frames: readonly Frame[]): number => {
  let parts = frames.length;
  for (const { candidates } of frames) for (const { content } of candidates ?? []) parts += content?.parts?.length ?? 0;
  return parts;
};

const endOf = <A>({ value, signatures, keep }: AnswerEnd<A>, remember: RememberSignature): A | Promise<A> => {
  for (const signature of signatures) remember(signature);
  const keeping = keep?.();
  return keeping === undefined ? value : keeping.then(() => value);
};

type WholeEnd = ReturnType<WholeWriter['end']>;

const collectFrames = async (writer: WholeWriter, frames: Frames): Promise<WholeEnd> => {
  const pace = paceWork(mostParts);
  try {
    for await (const batch of frames) {
      writer.add(batch);
      const rest = pace(partsIn(batch));
      if (rest !== null) await rest;
    }
    return writer.end();
  } catch (cause) {
    return E.left(caught(cause));
  }
};

/** Frames that are all there are written at once. */
const writeAll = (writer: WholeWriter, frames: Frames): WholeEnd | Promise<WholeEnd> => {
  if (frames.ready === undefined) return collectFrames(writer, frames);
  try {
    return writer.atOnce(frames.ready);
  } catch (cause) {
    return E.left(caught(cause));
  }
};

/** What is left to do for a whole answer that is written; mostly nothing that has to be waited for. */
const endWhole =
  (answering: Answering, permit: Planned['permit']) =>
  (end: WholeEnd): TE.Outcome<ProxyError, Whole> => {
    if (E.isLeft(end)) return end;
    const told = (whole: Whole): E.Either<ProxyError, Whole> => E.right(withLimits(answering, permit, whole));
    const last = endOf(end.right, answering.rememberSignature);
    const written = last instanceof Promise ? last.then(writeLarge) : writeLarge(last);
    return written instanceof Promise ? written.then(told) : told(written);
  };

/** Collects the answer and writes it as one. */
const wholeReply =
  (answering: Answering) =>
  ({ plan, permit }: Planned, answer: TE.TaskEither<ProxyError, Frames>): TE.TaskEither<ProxyError, Whole> =>
    pipe(
      answer,
      TE.flatMap((frames) => () => {
        const ended = endWhole(answering, permit);
        const end = writeAll(plan.answer.whole(), frames);
        return end instanceof Promise ? end.then(ended) : ended(end);
      }),
    );

type Telling = {
  readonly note: Received['note'];
  readonly memory: Memory;
  readonly remember: RememberSignature;
};

type Begun = Telling & { readonly head: TE.Outcome<ProxyError, Frames> };

/** A stream that is written. `fault`: what is told behind what has been written. */
type Tail = { frames: Frames | null; fault: { readonly cause: unknown } | null };

type Writing = { readonly write: (frames: readonly Frame[]) => string; readonly tail: Tail };

async function* writeTail(
  writer: StreamWriter,
  { head, note, remember }: Begun,
  { write, tail }: Writing,
): AsyncGenerator<string | Uint8Array, void, undefined> {
  try {
    const frames = await head;
    if (E.isLeft(frames)) throw thrown(frames.left);
    tail.frames = frames.right;
    const pace = paceWork(mostParts);
    for await (const batch of frames.right) {
      const text = write(batch);
      if (text !== '') yield text;
      if (tail.fault !== null) throw tail.fault.cause;
      const rest = pace(partsIn(batch) + text.length / charactersAPart);
      if (rest !== null) await rest;
    }
    const end = writer.end();
    if (E.isLeft(end)) throw thrown(end.left);
    const last = await endOf(end.right, remember);
    if (last !== '') yield typeof last === 'string' ? last : asSent(last);
  } catch (cause) {
    const error = caught(cause);
    note({ error: error.tag });
    if (error.tag === 'Defect') throw cause;
    yield writer.fail(error);
  }
}

/** It is handed the writer alone, and nothing of the request, which is gone while a long answer goes on. */
const streamTail = (writer: StreamWriter, begun: Begun): Items<string | Uint8Array> => {
  const tail: Tail = { frames: null, fault: null };
  const reserve = reserveKept(begun.memory);
  // What is written goes out before a failure does: its numbers are spent.
  const write = (frames: readonly Frame[]): string => {
    try {
      const text = writer.write(frames);
      const refusal = reserve(writer.kept());
      if (refusal !== null) tail.fault = { cause: thrown(refusal) };
      return text;
    } catch (cause) {
      tail.fault = { cause };
      return '';
    }
  };
  const pour: Pour<string | Uint8Array> = (take) =>
    tail.frames?.pour?.((frames) => {
      const text = write(frames);
      return (text === '' || take(text)) && tail.fault === null;
    }) ?? poured;
  return Object.assign(writeTail(writer, begun, { write, tail }), { pour });
};

type Answer = TE.TaskEither<ProxyError, Frames>;

/** Where an answer itself can fail, it is read until it shows something: what fails before that has a true status. */
const unlessFailing = (answer: Answer, { probe }: AnswerWriter): Answer => {
  if (probe === undefined) return answer;
  const { shows, fault } = probe();
  let isShown = false;
  const prime = primeStream<readonly Frame[]>((batch) => {
    isShown = shows(batch);
    return isShown;
  }, ({ length }) => length);
  const judge = ({ all }: { readonly all: Frames }): Answer => {
    const error = isShown ? null : fault();
    return error === null ? TE.right(all) : TE.left(error);
  };
  return pipe(answer, TE.flatMap(prime), TE.flatMap(judge));
};

/**
 * All of a stream of which all frames are there: what `writeTail` makes of them, in one piece. It is bytes: Node
 * counts, joins and writes a text of many chunks in 25 µs more.
 */
const writeAtOnce =
  (writer: StreamWriter, { note, memory, remember }: Telling) =>
  async (frames: readonly Frame[]): Promise<E.Either<ProxyError, Uint8Array>> => {
    try {
      const text = writer.write(frames);
      const refusal = reserveKept(memory)(writer.kept());
      const end = refusal === null ? writer.end() : E.left(refusal);
      if (E.isRight(end)) return E.right(bytesBehind(text, await endOf(end.right, remember)));
      note({ error: end.left.tag });
      return E.right(bytesBehind(text, writer.fail(end.left)));
    } catch (cause) {
      return E.left(caught(cause));
    }
  };

/**
 * A stream begins as soon as the answer does. When that takes longer than the heartbeat, the stream begins without it:
 * key after key is still tried behind the heartbeats, and only the last failure arrives, as an error frame. An answer
 * that has come to its end already leaves as a whole one does, with its length.
 */
const streamReply =
  ({ streamHeaders, limitHeaders, keepAliveMs, wait, rememberSignature: remember }: Answering) =>
  (
    { plan, permit, note, held }: Planned,
    answer: Answer,
  ): TE.TaskEither<ProxyError, Reply> =>
  async () => {
    const head = unlessFailing(answer, plan.answer)();
    const writer = plan.answer.stream();
    const waiting = signalSource();
    const tooLong = wait(keepAliveMs, waiting.signal).then(() => null);
    const first = keepAliveMs === 0 ? await head : await Promise.race([head, tooLong]);
    waiting.abort('begun');
    if (first !== null && E.isLeft(first)) return first;
    const begun = { status: 200, headers: { ...streamHeaders, ...limitHeaders(permit) } };
    const telling: Telling = { note, memory: held.answer, remember };
    if (first?.right.ready !== undefined) {
      const body = await writeAtOnce(writer, telling)(first.right.ready);
      return E.isLeft(body) ? body : E.right({ kind: 'whole', ...begun, body: body.right });
    }
    return E.right({
      kind: 'streamed',
      ...begun,
      tail: streamTail(writer, { head, ...telling }),
      fail: writer.fail,
      heartbeat: { text: writer.heartbeat, afterMs: keepAliveMs },
    });
  };

/** Writes the answer as its plan has it: as a stream, or whole. */
export const translateBack = (answering: Answering, answer: Stage<Planned, Frames>): Stage<Planned, Reply> => {
  const stream = streamReply(answering);
  const whole = wholeReply(answering);
  return (planned) => (planned.plan.streamed ? stream : whole)(planned, answer(planned));
};
