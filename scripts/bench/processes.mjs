// Processes that are measured: how they are started, and what Linux tells of them.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, '..', '..', 'dist', 'index.js');

/** Of the service that is measured; nobody else's. */
export const password = 'bench-password';

/** Milliseconds of CPU that a process has taken, all of its threads. */
export function cpuOf(pid) {
  let nanoseconds = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]);
  }
  return nanoseconds / 1e6;
}

/** Resident memory, MB. */
export const memoryOf = (pid) => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) / 1024;

const isHealthy = (url) =>
  new Promise((resolve) => {
    const asking = request(`${url}/healthz`, { agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asking.once('error', () => resolve(false)).end();
  });

/** Starts a program that prints its address, and waits until it answers. */
async function start(file, env) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const began = performance.now();
  const child = spawn(process.execPath, [file], { cwd: folder, env: { ...env, DATA_DIR: folder }, stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise((resolve, reject) => {
    let printed = '';
    child.stdout.on('data', (piece) => {
      if (printed.length > 10_000) return;
      printed += piece;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0];
      if (found !== undefined) resolve(found);
    });
    child.once('close', () => reject(new Error(`${file} ended: ${printed}`)));
  });
  while (!(await isHealthy(url))) await wait(2);
  const coldMs = performance.now() - began;
  await wait(20);
  const stop = async () => {
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  return { url, pid: child.pid, coldMs, coldCpuMs: cpuOf(child.pid), stop };
}

export const startGemini = () => start(join(here, 'gemini.mjs'), {});

export const startFloor = (upstream) => start(join(here, 'floor.mjs'), { UPSTREAM: upstream });

/** A bare environment and an empty folder, so that no setting of this machine plays a part. */
export const startService = (upstream) =>
  start(dist, {
    HOST: '127.0.0.1',
    PORT: '0',
    PASSWORD: password,
    GEMINI_API_KEYS: 'made-up-key-one,made-up-key-two',
    GEMINI_BASE_URL: upstream,
    MAX_REQUESTS_PER_MINUTE: '0',
    MAX_REQUESTS_PER_DAY_PER_IP: '0',
  });
