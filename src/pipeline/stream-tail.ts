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

/** A stream that is written. `fault`: what is told behind what has been written. */
type Tail = { frames: Frames | null; fault: { readonly cause: unknown } | null };

type Writing = { readonly write: (frames: readonly Frame[]) => string; readonly tail: Tail };

async function* writeTail(
  writer: StreamWriter,
  begun: Begun,
  { write, tail }: Writing,
): AsyncGenerator<string | Uint8Array, void, undefined> {
  const { head, note } = begun;
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
    const last = await endOf(end.right, begun);
    if (last !== '') yield typeof last === 'string' ? last : asSent(last);
  } catch (cause) {
    const error = caught(cause);
    note({ error: error.tag });
    if (error.tag === 'Defect') throw cause;
    yield writer.fail(error);
  }
}

/** What frames add, and what a text does. What goes wrong is told behind what is written: its numbers are spent. */
const tailWords = (writer: StreamWriter, memory: Memory, tail: Tail): Pick<StreamWriter, 'write' | 'say'> => {
  const reserve = reserveKept(memory);
  const { kept } = writer;
  const reserveMore = (more: () => number): void => {
    const refusal = reserve(more());
    if (refusal !== null) tail.fault = { cause: thrown(refusal) };
  };
  return {
    write: (frames) => {
      try {
        const text = writer.write(frames);
        if (kept !== undefined) reserveMore(kept);
        return text;
      } catch (cause) {
        tail.fault = { cause };
        return '';
      }
    },
    say: (said) => {
      try {
        const text = writer.say(said);
        if (kept !== undefined && text !== null) reserveMore(kept);
        return text;
      } catch (cause) {
        tail.fault = { cause };
        return '';
      }
    },
  };
};

/** It is handed the writer alone, and nothing of the request, which is gone while a long answer goes on. */
export const streamTail = (writer: StreamWriter, begun: Begun): Items<string | Uint8Array> => {
  const tail: Tail = { frames: null, fault: null };
  const { write, say } = tailWords(writer, begun.memory, tail);
  const pour: Pour<string | Uint8Array> = (take) => {
    const goesOn = (text: string): boolean => (text === '' || take(text)) && tail.fault === null;
    const sayOn = (said: Said): boolean | null => {
      const text = say(said);
      return text === null ? null : goesOn(text);
    };
    return tail.frames?.pour?.((frames) => goesOn(write(frames)), sayOn) ?? poured;
  };
  return Object.assign(writeTail(writer, begun, { write, tail }), { pour });
};
