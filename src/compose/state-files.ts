import { join } from 'node:path';
import type { E } from '../kernel/fp.ts';
import { stateFile, type StateFile } from '../adapters/state/state-file.ts';
import { now } from '../adapters/system.ts';
import type { Log } from '../ports/capabilities.ts';

/** The files in which a process keeps what a restart must not forget. */
export type StateFiles = {
  readonly store: <A>(file: string, decode: (value: unknown) => E.Either<unknown, A>, delayMs?: number) => StateFile<A>;
  /** Has what is waiting elsewhere written down with the rest. */
  readonly alsoFlush: (flush: () => Promise<void>) => void;
  /** Writes down what is waiting, in all of them. */
  readonly flush: () => Promise<void>;
};

/** State files in the folder `state` of the data folder. */
export const stateFilesIn = (dataFolder: string, log: Log): StateFiles => {
  const flushes: (() => Promise<void>)[] = [];
  return {
    store: (file, decode, delayMs) => {
      const path = join(dataFolder, 'state', file);
      const made = stateFile({ path, decode, log, now, ...(delayMs === undefined ? {} : { delayMs }) });
      flushes.push(made.flush);
      return made;
    },
    alsoFlush: (flush) => {
      flushes.push(flush);
    },
    flush: async () => {
      await Promise.all(flushes.map((flush) => flush()));
    },
  };
};
