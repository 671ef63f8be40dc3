import { byteSink } from '../kernel/byte-sink.ts';
import { E, type TE } from '../kernel/fp.ts';
import { caught, type ProxyError } from '../kernel/proxy-error.ts';
import type { Begun } from '../kernel/ready-stream.ts';
import type { Scratch } from '../kernel/scratch.ts';
import { mostBytesIn, writeInto, type WrittenText } from '../kernel/written-text.ts';
import type { Said } from '../gemini/plain-text.ts';
import type { Frame } from '../gemini/response.ts';
import type { StreamWriter } from '../ports/answer-writer.ts';
import type { Begun as BegunReply, BehindText, Written } from '../ports/reply.ts';
import type { Frames } from './exchange.ts';
import { reserveKept } from './reserve-kept.ts';
import { endOf, streamTail, type Telling } from './stream-tail.ts';

/** A text as bytes, which are written anew once they have left: fresh ones take four times as long to send (97 KB). */
const asBody = (room: Scratch, text: WrittenText): Written => {
  const bytes = room.take(mostBytesIn(text));
  const body = bytes.subarray(0, writeInto(bytes, 0, text));
  return { body, taken: () => room.giveBack(bytes) };
};

const behind = (before: readonly string[], text: string | WrittenText): WrittenText =>
  typeof text === 'string' ? [...before, text] : [...before, ...text];

type Writing = { readonly writer: StreamWriter; readonly telling: Telling };

/** By the writer's shorter way; null where it has none for this answer, or there is no room for what it keeps. */
const writeShort = (
  room: Scratch,
  { writer: { atOnce }, telling }: Writing,
  frames: readonly Frame[],
): Written | Promise<Written> | null => {
  if (atOnce === undefined) return null;
  const into = byteSink(room);
  const end = atOnce(frames, into);
  if (end === null || reserveKept(telling.memory)(end.kept) !== null) {
    into.letGo();
    return null;
  }
  const { signatures, keep } = end;
  return endOf({ value: { body: into.bytes(0, into.size()), taken: into.letGo }, signatures, keep }, telling);
};

/** What fails while it is waited for is told as what fails at once. */
const onceWritten = (written: Written | Promise<Written>): TE.Outcome<ProxyError, Written> =>
  written instanceof Promise
    ? written.then(E.right<ProxyError, Written>, (cause: unknown) => E.left(caught(cause)))
    : E.right(written);

/**
 * All of a stream of which all frames are there: what `writeTail` makes of them, in one piece. It is bytes: Node
 * counts, joins and writes a text of many chunks in 25 µs more.
 */
export const writeAtOnce =
  (room: Scratch, writer: StreamWriter, telling: Telling) =>
  (frames: readonly Frame[]): TE.Outcome<ProxyError, Written> => {
    try {
      const short = writeShort(room, { writer, telling }, frames);
      if (short !== null) return onceWritten(short);
      const texts = writer.inPieces?.(frames) ?? [writer.write(frames)];
      const refusal = reserveKept(telling.memory)(writer.kept?.() ?? 0);
      const end = refusal === null ? writer.end() : E.left(refusal);
      if (E.isRight(end)) {
        const last = endOf(end.right, telling);
        const written = (known: string | WrittenText): Written => asBody(room, behind(texts, known));
        return onceWritten(last instanceof Promise ? last.then(written) : written(last));
      }
      telling.note({ error: end.left.tag });
      return E.right(asBody(room, [...texts, writer.fail(end.left)]));
    } catch (cause) {
      return E.left(caught(cause));
    }
  };

/** The first text of a stream, and what is behind it. */
export type BegunText = Pick<BegunReply, 'text' | 'rest'>;

/** What a stream goes on with: all of it in one piece where it is there. */
const writeRest = (room: Scratch, { writer, telling }: Writing, rest: () => Frames): ReturnType<BegunText['rest']> => {
  const goOn = (head: E.Either<ProxyError, Frames>): BehindText => ({ tail: streamTail(writer, { head, ...telling }) });
  const known = (written: E.Either<ProxyError, Written>): BehindText =>
    E.isLeft(written) ? goOn(written) : written.right;
  try {
    const frames = rest();
    if (frames.ready === undefined) return goOn(E.right(frames));
    const written = writeAtOnce(room, writer, telling)(frames.ready);
    return written instanceof Promise ? written.then(known) : known(written);
  } catch (cause) {
    return goOn(E.left(caught(cause)));
  }
};

/** The first text of a stream all of which is there, to go out before the rest is read. */
export const beginAtOnce =
  (room: Scratch, writer: StreamWriter, telling: Telling) =>
  ({ first, rest }: Begun<readonly Frame[], Said>): E.Either<ProxyError, BegunText> => {
    try {
      return E.right({ text: writer.write(first), rest: () => writeRest(room, { writer, telling }, rest) });
    } catch (cause) {
      return E.left(caught(cause));
    }
  };
