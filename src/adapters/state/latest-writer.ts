/** Writes the latest of many values, at most once per delay and one write at a time. */
export type LatestWriter<A> = {
  /** Asks for a write soon; the value is taken when the write begins. */
  readonly save: (snapshot: () => A) => void;
  /** Writes what is waiting; resolves when all is written or a write has failed. */
  readonly flush: () => Promise<void>;
};

type Waiting<A> = { snapshot: (() => A) | null; timer: NodeJS.Timeout | null; writing: Promise<boolean> | null };

const retryMs = 60_000;

/**
 * Makes a LatestWriter around `write`, which says whether it succeeded and never rejects. What could not be written
 * waits for the next value, for `flush`, or for another try a minute later. Its timers keep no process alive.
 */
export const latestWriter = <A>(write: (value: A) => Promise<boolean>, delayMs: number): LatestWriter<A> => {
  const waiting: Waiting<A> = { snapshot: null, timer: null, writing: null };

  const run = async (snapshot: () => A): Promise<boolean> => {
    waiting.snapshot = null;
    waiting.writing = write(snapshot());
    const written = await waiting.writing;
    waiting.writing = null;
    if (!written) waiting.snapshot ??= snapshot;
    if (waiting.snapshot !== null) schedule(written ? delayMs : retryMs);
    return written;
  };
  const schedule = (delay: number): void => {
    waiting.timer ??= setTimeout(() => {
      waiting.timer = null;
      if (waiting.snapshot !== null && waiting.writing === null) void run(waiting.snapshot);
    }, delay).unref();
  };
  const unschedule = (): void => {
    if (waiting.timer !== null) clearTimeout(waiting.timer);
    waiting.timer = null;
  };
  return {
    save: (snapshot) => {
      waiting.snapshot = snapshot;
      if (waiting.writing === null) schedule(delayMs);
    },
    flush: async () => {
      for (;;) {
        unschedule();
        const written = await (waiting.writing ?? (waiting.snapshot === null ? false : run(waiting.snapshot)));
        if (!written) return;
      }
    },
  };
};
