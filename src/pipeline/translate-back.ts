import { together } from '../kernel/begun-stream.ts';
import { paceWork } from '../kernel/breathe.ts';
import { deferMaking } from '../kernel/defer-making.ts';
import { E, TE, pipe } from '../kernel/fp.ts';
import { primeStream } from '../kernel/prime-stream.ts';
import { caught, type ProxyError } from '../kernel/proxy-error.ts';
import { signalSource } from '../kernel/signal.ts';
import type { Stage } from '../kernel/stage.ts';
import { scratch, type Scratch } from '../kernel/scratch.ts';
import type { Frame } from '../gemini/response.ts';
import type { AnswerWriter, WholeWriter } from '../ports/answer-writer.ts';
import type { RememberSignature, Wait } from '../ports/capabilities.ts';
import type { Replies } from '../ports/dialect.ts';
import type { Reply, Whole, Written } from '../ports/reply.ts';
import type { Frames, Planned } from './exchange.ts';
import { withLimits } from './limit-headers.ts';
import { endOf, mostParts, partsIn, streamTail, type Telling } from './stream-tail.ts';
import { beginAtOnce, writeAtOnce, type BegunText } from './write-at-once.ts';
import { writeLarge } from './write-large.ts';

/** What writing an answer needs: how long a stream may be silent, ms (0 = for ever), and where signatures are kept. */
export type Answering = Pick<Replies, 'streamHeaders' | 'limitHeaders'> & {
  readonly keepAliveMs: number;
  readonly wait: Wait;
  readonly rememberSignature: RememberSignature;
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
const writeAll = (room: Scratch, writer: WholeWriter, frames: Frames): WholeEnd | Promise<WholeEnd> => {
  if (frames.ready === undefined) return collectFrames(writer, frames);
  try {
    return writer.atOnce(frames.ready, room);
  } catch (cause) {
    return E.left(caught(cause));
  }
};

/** What is left to do for a whole answer that is written; mostly nothing that has to be waited for. */
const endWhole = (
  answering: Answering,
  { permit, caller }: Pick<Planned, 'permit' | 'caller'>,
  end: WholeEnd,
): TE.Outcome<ProxyError, Whole> => {
  if (E.isLeft(end)) return end;
  const last = endOf(end.right, { remember: answering.rememberSignature, address: caller.address });
  const written = last instanceof Promise ? last.then(writeLarge) : writeLarge(last);
  return written instanceof Promise
    ? written.then((whole) => E.right(withLimits(answering, permit, whole)))
    : E.right(withLimits(answering, permit, written));
};

/** Collects the answer and writes it as one. */
const wholeReply =
  (answering: Answering, room = scratch()) =>
  (planned: Planned, answer: TE.TaskEither<ProxyError, Frames>): TE.TaskEither<ProxyError, Whole> =>
    pipe(
      answer,
      TE.whenDone((answered): TE.Outcome<ProxyError, Whole> => {
        if (E.isLeft(answered)) return answered;
        const end = writeAll(room, planned.plan.answer.whole(), answered.right);
        return end instanceof Promise
          ? end.then((ended) => endWhole(answering, planned, ended))
          : endWhole(answering, planned, end);
      }),
    );

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

type Head = E.Either<ProxyError, Frames>;

/** How an answer begins; null where that takes longer than so many ms (0 = however long it takes). */
const headInTime = (
  head: TE.Outcome<ProxyError, Frames>,
  wait: Wait,
  mostMs: number,
): TE.Outcome<ProxyError, Frames> | Promise<Head | null> => {
  if (mostMs === 0 || !(head instanceof Promise)) return head;
  return new Promise((resolve, reject) => {
    const waiting = signalSource();
    const begin = (known: Head): void => {
      resolve(known);
      waiting.abort('begun');
    };
    const fail = (cause: unknown): void => {
      reject(cause);
      waiting.abort('failed');
    };
    head.then(begin, fail);
    void wait(mostMs, waiting.signal).then(() => resolve(null));
  });
};

/**
 * A stream begins as soon as the answer does. When that takes longer than the heartbeat, the stream begins without it:
 * key after key is still tried behind the heartbeats, and only the last failure arrives, as an error frame. Of an
 * answer that has come to its end already the first text leaves before the rest is read, or all as a whole one does.
 */
const streamReply =
  (
    { streamHeaders, limitHeaders, keepAliveMs, wait, rememberSignature: remember }: Answering,
    room = scratch(),
  ) =>
  (
    { plan, permit, note, held, caller }: Planned,
    answer: Answer,
  ): TE.TaskEither<ProxyError, Reply> =>
  () => {
    const head = unlessFailing(answer, plan.answer)();
    const writerNow = deferMaking(() => plan.answer.stream());
    const begin = (first: Head | null): TE.Outcome<ProxyError, Reply> => {
      if (first !== null && E.isLeft(first)) return first;
      const writer = writerNow();
      const begun = { status: 200, headers: { ...streamHeaders, ...limitHeaders(permit) } };
      const telling: Telling = { note, memory: held.answer, remember, address: caller.address };
      const frames = first === null || writer.atOnce === undefined ? first?.right : together(first.right);
      if (frames?.ready !== undefined) {
        const reply = E.map((body: Written): Reply => ({ kind: 'whole', ...begun, ...body }));
        const written = writeAtOnce(room, writer, telling)(frames.ready);
        return written instanceof Promise ? written.then(reply) : reply(written);
      }
      const streamed = { ...begun, fail: writer.fail, heartbeat: { text: writer.heartbeat, afterMs: keepAliveMs } };
      if (frames?.begun !== undefined) {
        const reply = E.map((written: BegunText): Reply => ({ kind: 'begun', ...streamed, ...written }));
        return reply(beginAtOnce(room, writer, telling)(frames.begun));
      }
      const tail = streamTail(writer, { head: frames === undefined ? head : E.right(frames), ...telling });
      return E.right({ kind: 'streamed', ...streamed, tail });
    };
    const first = headInTime(head, wait, keepAliveMs);
    return first instanceof Promise ? first.then(begin) : begin(first);
  };

/** Writes the answer as its plan has it: as a stream, or whole. */
export const translateBack = (answering: Answering, answer: Stage<Planned, Frames>): Stage<Planned, Reply> => {
  const stream = streamReply(answering);
  const whole = wholeReply(answering);
  return (planned) => (planned.plan.streamed ? stream : whole)(planned, answer(planned));
};
