import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startGeminiEmulator } from '../../dist-test/test/support/gemini-emulator/start-gemini-emulator.js';
import { scriptedAnswers } from './scripted-answers.mjs';
import { freePort } from '../free-port.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const password = 'agents-password';
const key = 'made-up-key';
const worksWithin = 4 * 60_000;

/** What every agent is told to do; what it then does is in the script. */
export const task = 'Put the word done behind each line of notes.txt, and write the number of its lines into count.txt.';

/** Ends a process and what it began, by the id of their group. */
function endGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of them have ended by themselves.
  }
}

/** Ends what an agent left running outside of its group (Cline's hub), known by the agent's own folder on its command line. */
function endDaemons(folder) {
  const all = process.platform === 'linux' ? readdirSync('/proc') : [];
  for (const pid of all.filter((name) => /^\d+$/.test(name))) {
    try {
      if (Number(pid) !== process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder)) process.kill(Number(pid));
    } catch {
      // It has ended by itself.
    }
  }
}

/** A process that is ended when it takes too long; what it printed, and how it ended. */
async function run(command, args, { cwd, env, within }) {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const printed = [];
  child.stdout.on('data', (chunk) => printed.push(chunk));
  child.stderr.on('data', (chunk) => printed.push(chunk));
  const timer = setTimeout(() => endGroup(child.pid), within);
  const ended = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? code));
  });
  clearTimeout(timer);
  await wait(200);
  if (child.pid !== undefined) endGroup(child.pid);
  endDaemons(cwd);
  return { ended, printed: Buffer.concat(printed).toString() };
}

/** The built service in a process of its own, in front of the emulator. */
async function startService(folder, gemini) {
  const port = await freePort();
  const env = { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: String(port), PASSWORD: password, DATA_DIR: folder };
  const settings = { GEMINI_BASE_URL: gemini, GEMINI_API_KEYS: key, MAX_REQUESTS_PER_MINUTE: '0' };
  const child = spawn(process.execPath, [join(root, 'dist', 'index.js')], {
    cwd: folder,
    env: { ...env, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = [];
  child.stdout.on('data', (chunk) => lines.push(chunk));
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 400; tries += 1) {
    if ((await fetch(`${url}/healthz`).catch(() => null))?.status === 200) break;
    await wait(50);
  }
  const ended = once(child, 'close');
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  return { url, stop, log: () => Buffer.concat(lines).toString() };
}

/** A home of its own, so that no setting of this machine plays a part, and no other program's. */
const bareEnvironment = (home) => ({
  PATH: process.env.PATH,
  HOME: home,
  XDG_CONFIG_HOME: join(home, '.config'),
  XDG_DATA_HOME: join(home, '.local', 'share'),
  XDG_CACHE_HOME: join(home, '.cache'),
  XDG_STATE_HOME: join(home, '.local', 'state'),
  TERM: 'dumb',
  CI: 'true',
  NO_COLOR: '1',
  DO_NOT_TRACK: '1',
});

const textOf = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
};

/** What is wrong with what the agent left, and with what Gemini was sent; null when all is well. */
export function faultOf(agent, { work, outcome, script, log }) {
  if (outcome.ended !== 0) return `it ended with ${outcome.ended}`;
  if (textOf(join(work, 'notes.txt')) !== 'one done\ntwo done\n') return 'notes.txt is not as it was to be';
  if (textOf(join(work, 'count.txt'))?.trim() !== '2') return 'count.txt is not as it was to be';
  if (!outcome.printed.includes(script.lastWords)) return 'it does not show the last answer';
  if (!log.includes(`"route":"${agent.route}"`)) return `it did not ask ${agent.route}`;
  return script.fault();
}

async function doTask(agent, program, folder) {
  const [home, place, data] = ['home', 'work', 'data'].map((name) => join(folder, name));
  for (const one of [home, place, data]) mkdirSync(one, { recursive: true });
  writeFileSync(join(place, 'notes.txt'), 'one\ntwo\n');
  const emulator = await startGeminiEmulator();
  const service = await startService(data, emulator.url);
  try {
    const script = scriptedAnswers(agent.steps());
    emulator.answerWith(agent.slowed?.(script.answer) ?? script.answer);
    agent.emulate?.(emulator, key);
    const setting = { url: service.url, password, home, work: place, task, model: 'gemini-3.5-flash' };
    const { before = [], args, env = {} } = agent.start(setting);
    const around = { cwd: place, env: { ...bareEnvironment(home), ...env }, within: worksWithin };
    for (const words of before) await run(program, words, around);
    const outcome = await run(program, args, around);
    const fault = (agent.faultOf ?? faultOf)(agent, { work: place, outcome, script, log: service.log() });
    return { faults: fault === null ? [] : [fault], printed: `${script.seen()}\n${outcome.printed.slice(-4000)}` };
  } finally {
    await service.stop();
    await emulator.close();
  }
}

/**
 * An agent that does the task by a script: Gemini's answers are canned, what the agent does with them is real. An entry
 * says how the agent is set up (`start`), what its tools are called (`steps`), and which route it must ask; where it is
 * not to do the task, what goes wrong (`emulate`), what is slow (`slowed`), and what is then to be seen (`faultOf`).
 */
export const scriptedAgent = (agent) => ({
  name: agent.name,
  packages: agent.packages,
  program: agent.program,
  run: async (program) => {
    const folder = mkdtempSync(join(tmpdir(), `agent-${agent.name}-`));
    try {
      return await doTask(agent, program, folder);
    } finally {
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    }
  },
});
