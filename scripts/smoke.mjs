// Starts the built service once and sees that it answers and leaves cleanly. Nothing goes to the internet.
//
//   node scripts/smoke.mjs [path to the node that shall run it]
//
// For Linux and macOS: on Windows a process can't be asked to end.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.mjs';

const entry = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist', 'index.js');
const password = 'smoke-password';
const startsWithin = 20_000;
const endsWithin = 30_000;

/** A bare environment and an empty folder, so that no setting of this machine plays a part. */
function start(node, port, folder) {
  const service = spawn(node, [entry], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOST: '127.0.0.1',
      PORT: String(port),
      PASSWORD: password,
      GEMINI_API_KEYS: 'made-up-key-1,made-up-key-2',
      GEMINI_BASE_URL: 'http://127.0.0.1:9',
      DATA_DIR: folder,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = [];
  const complaints = [];
  service.stdout.on('data', (chunk) => output.push(chunk));
  service.stderr.on('data', (chunk) => complaints.push(chunk));
  const ended = new Promise((resolve) => {
    service.once('error', (error) => resolve(`could not start: ${error.message}`));
    service.once('close', (code, signal) => resolve(signal ?? code));
  });
  return { service, ended, printed: () => Buffer.concat(output).toString(), complained: () => Buffer.concat(complaints).toString() };
}

const statusOf = async (url, headers = {}) =>
  (await fetch(url, { headers, signal: AbortSignal.timeout(10_000) })).status;

async function untilHealthy(origin, ended) {
  const deadline = Date.now() + startsWithin;
  let end;
  void ended.then((how) => (end = { how }));
  while (Date.now() < deadline) {
    if (end) throw new Error(`ended before it was healthy (${end.how})`);
    if ((await statusOf(`${origin}/healthz`).catch(() => 0)) === 200) return;
    await wait(50);
  }
  throw new Error(`/healthz did not answer 200 within ${startsWithin} ms`);
}

async function check({ service, ended, complained }, origin) {
  await untilHealthy(origin, ended);
  const status = await statusOf(`${origin}/v1/models`, { authorization: `Bearer ${password}` });
  if (status !== 200) throw new Error(`GET /v1/models answered ${status}, not 200`);
  service.kill('SIGTERM');
  const end = await Promise.race([ended, wait(endsWithin, 'nothing', { ref: false })]);
  if (end !== 0) throw new Error(`SIGTERM led to ${end}, not to exit code 0`);
  if (complained() !== '') throw new Error('something was written to stderr');
}

async function smoke(node) {
  const folder = mkdtempSync(join(tmpdir(), 'smoke-'));
  const port = await freePort();
  const running = start(node, port, folder);
  try {
    await check(running, `http://127.0.0.1:${port}`);
    console.log(`smoke: started, answered and ended with exit code 0 (${node})`);
  } catch (error) {
    console.error(`${running.printed()}${running.complained()}\nsmoke: ${error.message} (${node})`);
    process.exitCode = 1;
  } finally {
    running.service.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

await smoke(process.argv[2] ?? process.execPath);
