import { paceWork } from '../kernel/breathe.ts';
import { E, type TE } from '../kernel/fp.ts';
import { caught, thrown, type ProxyError } from '../kernel/proxy-error.ts';
import { poured, type Items, type Pour } from '../kernel/ready-stream.ts';
import { asSent } from '../kernel/written-text.ts';
import type { Said } from '../gemini/plain-text.ts';
import type { Frame } from '../gemini/response.ts';
import type { AnswerEnd, StreamWriter } from '../ports/answer-writer.ts';
import type { RememberSignature } from '../ports/capabilities.ts';
import type { Memory } from '../ports/memory.ts';
import type { Frames, Received } from './exchange.ts';
import { reserveKept } from './reserve-kept.ts';

/** Parts and frames after which the event loop breathes: a few milliseconds' worth. */
export const mostParts = 1000;
/** Characters to write that take as long as a part. */
const charactersAPart = 256;

/** Parts of frames, and the frames. */
export const partsIn = (frames: readonly Frame[]): number => {
  let parts = frames.length;
  for (const { candidates } of frames) for (const { content } of candidates ?? []) parts += content?.parts?.length ?? 0;
  return parts;
};

/** Where signatures are kept, and who made them. */
export type EndNeeds = { readonly remember: RememberSignature; readonly address: string };

/** Does what is to be done before an answer's end goes out: it, once that is done. */
export const endOf = <A>({ value, signatures, keep }: AnswerEnd<A>, needs: EndNeeds): A | Promise<A> => {
  for (const signature of signatures) needs.remember(signature, needs.address);
  const keeping = keep?.();
  return keeping === undefined ? value : keeping.then(() => value);
};

/** What writing a stream needs beside its frames. */
export type Telling = EndNeeds & { readonly note: Received['note']; readonly memory: Memory };

type Begun = Telling & { readonly head: TE.Outcome<ProxyError, Frames> };

/**
 * A stream that is written, in one record, and in front what each text asks for. `take`: where it is poured. `fault`:
 * what is told behind what has been written.
 */
type Tail = {
  readonly writer: StreamWriter;
  take: (text: string) => boolean;
  fault: { readonly cause: unknown } | null;
  frames: Frames | null;
  readonly reserve: ReturnType<typeof reserveKept>;
};

const reserveMore = (tail: Tail): void => {
  const refusal = tail.reserve(tail.writer.kept?.() ?? 0);
  if (refusal !== null) tail.fault = { cause: thrown(refusal) };
};

/** What frames add. What goes wrong is told behind what is written: its numbers are spent. */
const write = (tail: Tail, frames: readonly Frame[]): string => {
  try {
    const text = tail.writer.write(frames);
    if (tail.writer.kept !== undefined) reserveMore(tail);
    return text;
  } catch (cause) {
    tail.fault = { cause };
    return '';
  }
};

/** The same for what is told in short; null where it must be written in full. */
const say = (tail: Tail, said: Said): string | null => {
  try {
    const text = tail.writer.say(said);
    if (tail.writer.kept !== undefined && text !== null) reserveMore(tail);
    return text;
  } catch (cause) {
    tail.fault = { cause };
    return '';
  }
};

const goesOn = (tail: Tail, text: string): boolean => (text === '' || tail.take(text)) && tail.fault === null;

const sayOn = (tail: Tail, said: Said): boolean | null => {
  const text = say(tail, said);
  return text === null ? null : goesOn(tail, text);
};

async function* writeTail(
  tail: Tail,
  begun: Begun,
): AsyncGenerator<string | Uint8Array, void, undefined> {
  const { head, note } = begun;
  try {
    const frames = await head;
    if (E.isLeft(frames)) throw thrown(frames.left);
    tail.frames = frames.right;
    const pace = paceWork(mostParts);
    for await (const batch of frames.right) {
      const text = write(tail, batch);
      if (text !== '') yield text;
      if (tail.fault !== null) throw tail.fault.cause;
      const rest = pace(partsIn(batch) + text.length / charactersAPart);
      if (rest !== null) await rest;
    }
    const end = tail.writer.end();
    if (E.isLeft(end)) throw thrown(end.left);
    const last = await endOf(end.right, begun);
    if (last !== '') yield typeof last === 'string' ? last : asSent(last);
  } catch (cause) {
    const error = caught(cause);
    note({ error: error.tag });
    if (error.tag === 'Defect') throw cause;
    yield tail.writer.fail(error);
  }
}

const untold = (): boolean => false;

/** It is handed the writer alone, and nothing of the request, which is gone while a long answer goes on. */
export const streamTail = (writer: StreamWriter, begun: Begun): Items<string | Uint8Array> => {
  const tail: Tail = { writer, take: untold, fault: null, frames: null, reserve: reserveKept(begun.memory) };
  const takeFrames = (frames: readonly Frame[]): boolean => goesOn(tail, write(tail, frames));
  const takeSaid = (said: Said): boolean | null => sayOn(tail, said);
  const pour: Pour<string | Uint8Array> = (take) => {
    tail.take = take;
    return tail.frames?.pour?.(takeFrames, takeSaid) ?? poured;
  };
  return Object.assign(writeTail(tail, begun), { pour });
};
