import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { Test } from 'tap';
import { project } from './recordings.ts';

/** The built service in a process of its own. */
export type ServiceProcess = {
  readonly url: string;
  readonly password: string;
  readonly pid: number;
  /** All that it printed so far, on both outputs. */
  readonly printed: () => string;
  /** Sends a signal to this process alone. */
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
};

const password = 'a-password-for-tests';

/** A bare environment, so that no setting of this machine plays a part; coverage is passed on where it is measured. */
const environment = (settings: Readonly<Record<string, string>>): Readonly<Record<string, string>> => ({
  HOST: '127.0.0.1',
  PORT: '0',
  PASSWORD: password,
  LOG_LEVEL: 'debug',
  ...(process.env['NODE_V8_COVERAGE'] === undefined ? {} : { NODE_V8_COVERAGE: process.env['NODE_V8_COVERAGE'] }),
  ...settings,
});

const urlIn = (printed: string): string | undefined => /"url":"([^"]+)"/.exec(printed)?.[1];

const untilListening = (child: ChildProcess, printed: () => string): Promise<string> =>
  new Promise((resolve, reject) => {
    child.stdout?.on('data', () => {
      const url = urlIn(printed());
      if (url !== undefined) resolve(url);
    });
    child.once('close', () => reject(new Error(`The service ended before it listened: ${printed()}`)));
  });

/** A new folder that goes with the test. */
export const temporaryFolder = (t: Test): string => {
  const folder = mkdtempSync(join(tmpdir(), 'pollux-test-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** How the process is started: `descriptors`: it may have so many, 0 = as many as this process; `flags`: Node's. */
type Starting = { readonly descriptors?: number; readonly flags?: readonly string[] };

/** The command, in a shell that lets it have only so many descriptors. */
const withDescriptors = (descriptors: number, command: string, ...args: readonly string[]): readonly [string, readonly string[]] =>
  descriptors === 0 ? [command, args] : ['sh', ['-c', `ulimit -n ${descriptors} && exec "$0" "$@"`, command, ...args]];

/** Starts `node dist/index.js` with these settings alone; it is gone when the test ends. */
export const startServiceProcess = async (
  t: Test,
  settings: Readonly<Record<string, string>>,
  { descriptors = 0, flags = [] }: Starting = {},
): Promise<ServiceProcess> => {
  const folder = temporaryFolder(t);
  const [command, args] = withDescriptors(descriptors, process.execPath, ...flags, join(project, 'dist', 'index.js'));
  const child = spawn(command, args, {
    cwd: folder,
    env: environment({ DATA_DIR: folder, ...settings }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const pieces: Buffer[] = [];
  const printed = (): string => Buffer.concat(pieces).toString();
  for (const output of [child.stdout, child.stderr]) output.on('data', (piece: Buffer) => pieces.push(piece));
  const ended = once(child, 'close').then(([code, signal]: (number | string | null)[]) => signal ?? code ?? 'nothing');
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const url = await untilListening(child, printed);
  return { url, password: settings['PASSWORD'] ?? password, pid: child.pid ?? 0, printed, signal: (signal) => child.kill(signal), ended };
};

/** Memory of a process in MiB as Linux tells it: resident now, and at its highest. */
export const memoryOf = (pid: number): { readonly now: number; readonly peak: number } => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mebibytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? Number.NaN) / 1024;
  return { now: mebibytes('VmRSS'), peak: mebibytes('VmHWM') };
};
