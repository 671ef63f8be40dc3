import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { project } from '../recordings.ts';

/** The longest stall since the last time this was asked, and the CPU time that the process has taken, all threads; ms. */
export type Watched = { readonly longestMs: number; readonly cpuMs: number };

/** The built service in a process of its own, its event loop watched. */
export type WatchedService = {
  readonly url: string;
  readonly watch: () => Promise<Watched>;
  readonly close: () => void;
};

const password = 'a-password-for-tests';
const watchLoop = join(dirname(fileURLToPath(import.meta.url)), 'watch-loop.js');

/** Starts it in front of this Gemini, without limits. */
export const startWatched = async (geminiUrl: string): Promise<WatchedService> => {
  const folder = mkdtempSync(join(tmpdir(), 'stalls-'));
  const child = spawn(process.execPath, ['--import', watchLoop, join(project, 'dist', 'index.js')], {
    cwd: folder,
    env: {
      HOST: '127.0.0.1',
      PORT: '0',
      PASSWORD: password,
      DATA_DIR: folder,
      GEMINI_BASE_URL: geminiUrl,
      GEMINI_API_KEYS: 'made-up-key-one,made-up-key-two',
      MAX_REQUESTS_PER_MINUTE: '0',
      MAX_REQUESTS_PER_DAY_PER_IP: '0',
      IMAGE_FETCH_TIMEOUT_MS: '1000',
    },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    let printed = '';
    child.stdout?.on('data', (piece: Buffer) => {
      printed = `${printed}${piece.toString()}`.slice(-10_000);
      const found = /"url":"([^"]+)"/.exec(printed)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('close', () => reject(new Error(`The service ended: ${printed}`)));
  });
  const watch = (): Promise<Watched> =>
    new Promise((resolve) => {
      child.once('message', (told) => resolve(told as Watched));
      child.send('tell');
    });
  const close = (): void => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  return { url, watch, close };
};

/** What to send: a body of any kind. */
export type Sending = { readonly path: string; readonly type?: string; readonly body: Buffer };

/** An answer's status and how it begins; it is read to its end. */
export type Answered = { readonly status: number; readonly start: string; readonly bytes: number };

/** Sends a request with the password. */
export const send = (url: string, { path, type = 'application/json', body }: Sending): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${password}`, 'content-type': type, 'content-length': String(body.length) };
    const asking = request(`${url}${path}`, { method: 'POST', headers, agent: false });
    asking.once('error', reject);
    asking.once('response', (response) => {
      let [start, bytes] = ['', 0];
      response.on('data', (piece: Buffer) => {
        if (start.length < 300) start += piece.toString('latin1', 0, 300);
        bytes += piece.length;
      });
      response.once('error', reject);
      response.once('end', () => resolve({ status: response.statusCode ?? 0, start: start.slice(0, 300), bytes }));
    });
    asking.end(body);
  });
