import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { E } from '../../kernel/fp.ts';
import type { Log, Now } from '../../ports/capabilities.ts';
import { codeOf } from '../error-code.ts';
import { latestWriter, type LatestWriter } from './latest-writer.ts';
import { readPlainFile } from './plain-file.ts';
import { writeWhole } from './write-whole.ts';

/** A small piece of state that outlives a restart where the disk allows it. `save` and `flush` never fail. */
export type StateFile<A> = LatestWriter<A> & {
  /** What was kept; null when there is nothing or it cannot be read. Synchronous: for the start only. */
  readonly load: () => A | null;
};

/** Which file, what it holds, and how soon it is written. */
export type StateFileSettings<A> = {
  readonly path: string;
  /** Left when the JSON is not such a state. */
  readonly decode: (value: unknown) => E.Either<unknown, A>;
  readonly log: Log;
  readonly now: Now;
  /** Milliseconds from the first `save` to the write; 1000 unless told. */
  readonly delayMs?: number;
};

const abandonedMs = 60_000;

/** Our largest state is a hundredth of this. */
const mostBytes = 64 * 1024 ** 2;

/** Removes what a crash left. A fresh one stays: it may belong to a process that is just being replaced. */
const removeAbandoned = async (path: string, now: number): Promise<void> => {
  const folder = dirname(path);
  const names = await readdir(folder);
  for (const name of names.filter((each) => each.startsWith(`${basename(path)}.`) && each.endsWith('.tmp'))) {
    const { mtimeMs } = await stat(join(folder, name));
    if (now - mtimeMs > abandonedMs) await rm(join(folder, name), { force: true });
  }
};

type DiskWarnings = { readonly disk: (cause: unknown) => void; readonly content: () => void };

/** The warnings of one file: a disk that refuses is told once, however often it refuses. */
const diskWarnings = (path: string, log: Log): DiskWarnings => {
  const state = { told: false };
  const file = basename(path);
  return {
    disk: (cause) => {
      if (!state.told)
        log('warn', 'State cannot be kept on disk; it stays in memory', { file, code: codeOf(cause) || 'unknown' });
      state.told = true;
    },
    content: () => log('warn', 'A state file is damaged; it is ignored', { file }),
  };
};

const textOf = (path: string, warnings: DiskWarnings): string | null => {
  try {
    return readPlainFile(path, mostBytes);
  } catch (cause) {
    if (codeOf(cause) !== 'ENOENT') warnings.disk(cause);
    return null;
  }
};

const valueOf = <A>(text: string, decode: StateFileSettings<A>['decode']): A | null => {
  try {
    const decoded = decode(JSON.parse(text));
    return E.isRight(decoded) ? decoded.right : null;
  } catch {
    return null;
  }
};

/**
 * A JSON file (mode 0600) that is written at most once per delay. Missing folders are made. When the disk refuses,
 * one warning is logged, the service goes on from memory, and a try a minute is made while there is unsaved state.
 */
export const stateFile = <A>({ path, decode, log, now, delayMs = 1000 }: StateFileSettings<A>): StateFile<A> => {
  const warnings = diskWarnings(path, log);
  const write = async (value: A): Promise<boolean> => {
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await writeWhole(path, JSON.stringify(value));
      return true;
    } catch (cause) {
      warnings.disk(cause);
      return false;
    }
  };
  return {
    ...latestWriter(write, delayMs),
    load: () => {
      void removeAbandoned(path, now()).catch(() => undefined);
      const text = textOf(path, warnings);
      if (text === null) return null;
      const value = valueOf(text, decode);
      if (value === null) warnings.content();
      return value;
    },
  };
};
