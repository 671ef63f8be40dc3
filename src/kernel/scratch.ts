/** Bytes to write in that are used again and again: memory of just before is in the processor's caches. */
export type Scratch = {
  /** So many bytes or more, nobody else's until they are given back. Those that never are go as all others do. */
  readonly take: (size: number) => Buffer;
  readonly giveBack: (bytes: Buffer) => void;
};

/** More is not held. */
const mostHeld = 1024 ** 2;

/** Makes a Scratch, which holds the last bytes that were given back. */
export const scratch = (): Scratch => {
  const held: { free: Buffer | null } = { free: null };
  return {
    take: (size) => {
      const { free } = held;
      if (free === null || free.length < size) return Buffer.allocUnsafeSlow(size);
      held.free = null;
      return free;
    },
    giveBack: (bytes) => {
      if (bytes.length > (held.free?.length ?? 0) && bytes.length <= mostHeld) held.free = bytes;
    },
  };
};
