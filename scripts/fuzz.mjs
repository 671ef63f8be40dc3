// Sends the built service odd requests, and odd answers from an upstream of its own. Nothing leaves this machine.
//
//   npm run fuzz -- --seconds 30 --seed 1
//   npm run fuzz -- --seed 1 --case 123     one case again, with all that is known of it
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const support = join(root, 'dist-test', 'test', 'support', 'fuzz');
const { startOddUpstream } = await import(join(support, 'odd-upstream.js'));
const { runFuzz, tryCase } = await import(join(support, 'run-fuzz.js'));

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '30' }, seed: { type: 'string', default: '1' }, case: { type: 'string' } } });
const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
const password = 'fuzz-password';
const mostFindings = 50;

/** A bare environment and an empty folder, so that no setting of this machine plays a part. */
async function startService(geminiUrl) {
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
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
      IMAGE_FETCH_TIMEOUT_MS: '1000',
      DATA_DIR: folder,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const state = { defects: [], ended: null };
  const lines = createInterface({ input: service.stdout });
  lines.on('line', (line) => {
    if (line.includes('"message":"defect"')) state.defects.push(line);
  });
  const url = await new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      const found = /"url":"([^"]+)"/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
    service.once('close', (code, signal) => {
      state.ended = String(signal ?? code);
      reject(new Error(`The service ended: ${state.ended}`));
    });
  });
  const stop = () => {
    service.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  return { url, pid: service.pid, state, stop };
}

/** MiB of memory that a process holds; NaN where there is no /proc. */
function memoryOf(pid) {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}

function tell({ at, what, path, faults, body, answer }) {
  console.log(`\n#${at} (odd ${what}): ${faults.join('; ')}\n  ${path}\n  ${body}\n  -> ${answer}`);
}

async function fuzz(target, { pid, state }) {
  const findings = [];
  const began = Date.now();
  const goesOn = () => Date.now() - began < seconds * 1000 && state.ended === null && findings.length < mostFindings;
  const memory = [];
  const sampling = setInterval(() => memory.push(memoryOf(pid)), 1000);
  const tried = await runFuzz(target, seed, goesOn, (finding) => {
    findings.push(finding);
    tell(finding);
  });
  clearInterval(sampling);
  for (const line of state.defects) console.log(line);
  const [early, late] = [memory[Math.floor(memory.length / 3)] ?? Number.NaN, memory.at(-1) ?? Number.NaN];
  for (const [kind, count] of [...target.tally].toSorted(([one], [other]) => one.localeCompare(other))) console.log(`${kind}: ${count}`);
  console.log(`\nseed ${seed}: ${tried} cases in ${((Date.now() - began) / 1000).toFixed(0)} s, ${findings.length} findings, ${state.defects.length} defects, memory ${early.toFixed(0)} MiB after a third, ${late.toFixed(0)} MiB at the end, ${Math.max(...memory).toFixed(0)} MiB at its highest${state.ended === null ? '' : `, THE SERVICE ENDED (${state.ended})`}`);
  return findings.length === 0 && state.defects.length === 0 && state.ended === null;
}

const upstream = await startOddUpstream(seed);
const service = await startService(upstream.url);
const agent = new Agent({ keepAlive: true, maxSockets: 24 });
const target = { url: service.url, password, agent, mostMs: 2000, tally: new Map() };
try {
  if (values.case === undefined) {
    if (!(await fuzz(target, service))) process.exitCode = 1;
  } else {
    const finding = await tryCase(target, seed, Number(values.case));
    if (finding === null) console.log('nothing found');
    else tell(finding);
    for (const line of service.state.defects) console.log(line.replaceAll('\\n', '\n'));
  }
} finally {
  agent.destroy();
  service.stop();
  await upstream.close();
}
