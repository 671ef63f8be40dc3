// Measures what the built service adds to an answer: the same questions straight to an emulated Gemini and through
// Pollux, in one run on this machine. Figures to compare, nothing is asserted.
//
//   npm run bench [seconds for each throughput, 4 unless told]
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const emulatorFile = join(root, 'dist-test', 'test', 'support', 'gemini-emulator', 'start-gemini-emulator.js');
const seconds = Number(process.argv[2] ?? 4);
const warmUps = 300;
const samples = 1500;
const atOnce = 32;
const password = 'bench-password';
const model = 'gemini-2.5-flash';
const text = 'How long does it take to answer this?';

/** The emulator in a thread of its own, so that it does not wait for the one that measures. */
async function startEmulator() {
  const code = `import(${JSON.stringify(pathToFileURL(emulatorFile).href)})
    .then(({ startGeminiEmulator }) => startGeminiEmulator())
    .then(({ url }) => require('node:worker_threads').parentPort.postMessage(url));`;
  const worker = new Worker(code, { eval: true });
  const url = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  return { url, stop: () => worker.terminate() };
}

/** A bare environment and an empty folder, so that no setting of this machine plays a part. */
async function startService(geminiUrl) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const service = spawn(process.execPath, [join(root, 'dist', 'index.js')], {
    cwd: folder,
    env: {
      HOST: '127.0.0.1',
      PORT: '0',
      PASSWORD: password,
      GEMINI_API_KEYS: 'made-up-key-one,made-up-key-two,made-up-key-three',
      GEMINI_BASE_URL: geminiUrl,
      MAX_REQUESTS_PER_MINUTE: '0',
      MAX_REQUESTS_PER_DAY_PER_IP: '0',
      DATA_DIR: folder,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise((resolve, reject) => {
    let printed = '';
    service.stdout.on('data', (piece) => {
      printed = `${printed}${piece}`.slice(-10_000);
      const found = /"url":"([^"]+)"/.exec(printed)?.[1];
      if (found !== undefined) resolve(found);
    });
    service.once('close', () => reject(new Error(`The service ended: ${printed}`)));
  });
  const stop = () => {
    service.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  return { url, pid: service.pid, stop };
}

const agent = new Agent({ keepAlive: true, maxSockets: atOnce });

/** Milliseconds until the first byte of the body and until its end. */
function ask({ url, headers, body }) {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const asking = request(url, { method: 'POST', agent, headers: { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } });
    asking.once('error', reject);
    asking.once('response', (answer) => {
      let first;
      answer.on('data', () => (first ??= performance.now() - began));
      answer.once('end', () => (answer.statusCode === 200 ? resolve({ first, whole: performance.now() - began }) : reject(new Error(`${url}: ${answer.statusCode}`))));
      answer.once('error', reject);
    });
    asking.end(body);
  });
}

const toGemini = (url, stream) => ({
  url: `${url}/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
  headers: { 'x-goog-api-key': 'made-up-key-one' },
  body: JSON.stringify({ contents: [{ role: 'user', parts: [{ text }] }] }),
});

const toPollux = (url, stream) => ({
  url: `${url}/v1/chat/completions`,
  headers: { authorization: `Bearer ${password}` },
  body: JSON.stringify({ model, stream, messages: [{ role: 'user', content: text }] }),
});

/** One question at a time, the two ways in turn, so that what else this machine does meets both. */
async function latencies(ways, what) {
  const taken = ways.map(() => []);
  for (let count = 0; count < warmUps + samples; count += 1) {
    for (const [at, way] of ways.entries()) {
      const times = await ask(way);
      if (count >= warmUps) taken[at].push(times[what]);
    }
  }
  return taken.map((times) => times.toSorted((one, other) => one - other));
}

const quantile = (sorted, share) => sorted[Math.floor(sorted.length * share)];

/** Answers a second with so many questions under way at all times. */
async function throughput(way) {
  const began = performance.now();
  const deadline = began + seconds * 1000;
  let answers = 0;
  const client = async () => {
    while (performance.now() < deadline) {
      await ask(way);
      answers += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, client));
  return answers / ((performance.now() - began) / 1000);
}

function peakMemory(pid) {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}

const row = (...cells) => console.log(`| ${cells.join(' | ')} |`);

function latencyRows(name, [direct, through]) {
  for (const [word, share] of [['p50', 0.5], ['p99', 0.99]]) {
    const [one, other] = [quantile(direct, share), quantile(through, share)];
    row(`${name}, ${word}`, `${one.toFixed(2)} ms`, `${other.toFixed(2)} ms`, `+${(other - one).toFixed(2)} ms`);
  }
}

const rateRow = (name, direct, through) =>
  row(`${name}, ${atOnce} at once`, `${direct.toFixed(0)}/s`, `${through.toFixed(0)}/s`, `${((through / direct) * 100).toFixed(0)} %`);

async function bench(emulatorUrl, serviceUrl, pid) {
  const ways = (stream) => [toGemini(emulatorUrl, stream), toPollux(serviceUrl, stream)];
  console.log(`Node ${process.versions.node}, ${process.platform} ${process.arch}, ${cpus().length} cores\n`);
  row('what', 'straight', 'through Pollux', 'difference');
  row('---', '---', '---', '---');
  latencyRows('whole answer', await latencies(ways(false), 'whole'));
  latencyRows("stream's first byte", await latencies(ways(true), 'first'));
  const [direct, through] = ways(false);
  rateRow('whole answers', await throughput(direct), await throughput(through));
  const [directStream, throughStream] = ways(true);
  rateRow('streams', await throughput(directStream), await throughput(throughStream));
  row("the service's memory at its highest", '', `${peakMemory(pid).toFixed(0)} MiB`, '');
}

const emulator = await startEmulator();
const service = await startService(emulator.url);
try {
  await bench(emulator.url, service.url, service.pid);
} finally {
  agent.destroy();
  service.stop();
  await emulator.stop();
}
