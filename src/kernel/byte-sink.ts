import type { PiecedBytes } from './pieced-bytes.ts';
import type { Scratch } from './scratch.ts';

/** Bytes that are written one behind the other. What was added stays where it is, unless more is added. */
export type ByteSink = {
  /** Adds a text; where it ends. */
  readonly add: (text: string) => number;
  readonly addBytes: (pieces: PiecedBytes) => number;
  /** Adds what stands there once more; where that ends. */
  readonly again: (from: number, to: number) => number;
  readonly size: () => number;
  /** What stands there, until more is added. */
  readonly bytes: (from: number, to: number) => Buffer;
  /** Gives back the memory in which it is written, once. */
  readonly letGo: () => void;
};

/** What is taken to begin with, bytes. */
const usual = 256 * 1024;
/** Of a UTF-16 unit in UTF-8. */
const mostOfUnit = 3;

/** Makes a ByteSink. */
export const byteSink = (room: Scratch): ByteSink => {
  let all = room.take(usual);
  let end = 0;
  let isHeld = true;
  const makeRoom = (most: number): void => {
    if (all.length - end >= most) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(all.length * 2, end + most));
    all.copy(larger, 0, 0, end);
    room.giveBack(all);
    all = larger;
  };
  return {
    add: (text) => {
      makeRoom(text.length * mostOfUnit);
      end += all.write(text, end);
      return end;
    },
    addBytes: (pieces) => {
      for (const piece of pieces) {
        makeRoom(piece.length);
        all.set(piece, end);
        end += piece.length;
      }
      return end;
    },
    again: (from, to) => {
      makeRoom(to - from);
      all.copyWithin(end, from, to);
      end += to - from;
      return end;
    },
    size: () => end,
    bytes: (from, to) => all.subarray(from, to),
    letGo: () => {
      if (isHeld) room.giveBack(all);
      isHeld = false;
    },
  };
};
