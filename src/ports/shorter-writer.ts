import { E } from '../kernel/fp.ts';
import type { Scratch } from '../kernel/scratch.ts';
import type { Frame } from '../gemini/response.ts';
import type { AnswerEnd, StreamWriter, WholeWriter, WriteAtOnce } from './answer-writer.ts';
import type { Whole } from './reply.ts';

/**
 * Collects a whole answer by a shorter way: `short` says what the machine would of an answer of which all is there, or
 * null where that must read it. What it needs is made only then.
 */
export const shorterWriter = (
  short: (frames: readonly Frame[], room: Scratch) => AnswerEnd<Whole> | null,
  writer: () => WholeWriter,
): WholeWriter => {
  let made: WholeWriter | null = null;
  const machine = (): WholeWriter => (made ??= writer());
  return {
    add: (frames) => machine().add(frames),
    end: () => machine().end(),
    atOnce: (frames, room) => {
      const end = short(frames, room);
      return end === null ? machine().atOnce(frames, room) : E.right(end);
    },
  };
};

/** Writes a stream by a shorter way where all of it is there; what `writer` needs is made only where that does not do. */
export const shorterStream = (atOnce: WriteAtOnce, writer: () => StreamWriter): StreamWriter => {
  let made: StreamWriter | null = null;
  const machine = (): StreamWriter => (made ??= writer());
  return {
    atOnce,
    write: (frames) => machine().write(frames),
    say: (said) => machine().say(said),
    end: () => machine().end(),
    fail: (error) => machine().fail(error),
    heartbeat: () => machine().heartbeat(),
    kept: () => machine().kept?.() ?? 0,
  };
};
