// Measures what the built service costs beside a floor (scripts/bench/floor.mjs), in slices that take turns on this
// machine: CPU of the process for each request, what it adds to an answer's time, start, memory. Needs Linux, and a
// machine that does nothing else. docs/performance.md tells the method; scripts/bench/bounds.json has goals and bounds.
//
//   npm run bench                   all of it, about four minutes
//   npm run bench -- --only stream  the workloads with this in their name
//   npm run bench -- --check        one short round; fails where a ratio is over its bound
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { ask, askMany, prepared } from './bench/client.mjs';
import { cpuOf, memoryOf, startFloor, startGemini, startService } from './bench/processes.mjs';
import { doors, openStreams, waits, workloads } from './bench/workloads.mjs';

const isCheck = process.argv.includes('--check');
const onlyAt = process.argv.indexOf('--only');
const only = onlyAt < 0 ? '' : (process.argv[onlyAt + 1] ?? '');
const bounds = JSON.parse(readFileSync(new URL('bench/bounds.json', import.meta.url), 'utf8'));
const slices = isCheck ? 3 : 5;
/** The share of a slice's requests that a short round sends. */
const share = isCheck ? 0.5 : 1;

const median = (values) => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
const isWanted = ({ name }) => name.includes(only);

const over = [];
const row = (...cells) => console.log(`| ${cells.join(' | ')} |`);

/** One line of the table; what is over its bound is remembered. */
function tell(name, value, details, unit = '×') {
  const { goal, bound } = bounds[name] ?? {};
  const shown = (figure) => (figure === undefined ? '' : unit === '×' ? `×${figure}` : `${figure} ${unit}`);
  row(name, unit === '×' ? `×${value.toFixed(2)}` : `${value.toFixed(0)} ${unit}`, details, shown(goal), shown(bound));
  if (bound !== undefined && value > bound) over.push(`${name}: ${value.toFixed(2)}, and the bound is ${bound}`);
}

/** Microseconds of CPU that one request (or event) cost the process. */
async function costOf({ url, pid }, workload) {
  const n = Math.max(2, Math.round(workload.n * share));
  const before = cpuOf(pid);
  await askMany(url, workload, n, workload.atOnce === n ? 100 : 0);
  return ((cpuOf(pid) - before) * 1000) / n / (workload.per ?? 1);
}

/** All are warmed in so many turns: behind thousands of one door's requests V8 throws code of the other's away. */
const warmTurns = 10;

/** Each slice asks all pairs of a process and its workload, one after the other, in an order that turns. */
async function costs(pairs) {
  for (let turn = 0; turn < warmTurns; turn += 1)
    for (const [target, workload] of pairs) await askMany(target.url, workload, Math.ceil(workload.warm / warmTurns));
  const taken = pairs.map(() => []);
  for (let slice = 0; slice < slices; slice += 1) {
    for (let step = 0; step < pairs.length; step += 1) {
      const at = (slice + step) % pairs.length;
      taken[at].push(await costOf(...pairs[at]));
    }
  }
  return taken;
}

/** What is over its bound in a check is measured again, twice at most, and the best counts: a machine has its moments. */
async function settled(name, measure) {
  let best = await measure();
  const bound = isCheck ? (bounds[name]?.bound ?? Infinity) : Infinity;
  for (let again = 0; again < 2 && best.value > bound; again += 1) {
    const next = await measure();
    if (next.value < best.value) best = next;
  }
  return best;
}

const ratios = (ours, floor) => ours.map((cost, at) => cost / floor[at]);

async function tellWorkloads({ service, floor }) {
  for (const workload of workloads.filter(isWanted).map(prepared)) {
    const { value, details } = await settled(workload.name, async () => {
      const [ours, least] = await costs([[service, workload], [floor, workload]]);
      return { value: median(ratios(ours, least)), details: `${median(ours).toFixed(1)} µs (${median(least).toFixed(1)})` };
    });
    tell(workload.name, value, details);
  }
}

/** Whether the door is there: what the service does not have yet is said, not failed. */
async function isMissing({ url }, workload) {
  try {
    await ask(url, workload);
    return false;
  } catch (error) {
    if (error.status === 404 || error.status === 405) return true;
    throw error;
  }
}

async function tellDoors({ service }) {
  for (const door of doors.filter(isWanted).map(prepared)) {
    if (await isMissing(service, door)) {
      row(door.name, 'not here', `no route ${door.path}`, '', '');
      continue;
    }
    // Both are asked as often before: the first hundreds run code that is not compiled yet.
    const chat = prepared({ ...workloads.find(({ name }) => name === door.beside), warm: door.warm });
    const { value, details } = await settled(door.name, async () => {
      const [ours, beside] = await costs([[service, door], [service, chat]]);
      return { value: median(ratios(ours, beside)), details: `${median(ours).toFixed(1)} µs (${median(beside).toFixed(1)} by chat)` };
    });
    tell(door.name, value, details);
  }
}

/** Median milliseconds that each of these adds to what Gemini itself takes, one question at a time. */
async function tellWaits({ service, floor, gemini }) {
  for (const waiting of waits.filter(isWanted).map(prepared)) {
    const measured = waiting.name.includes('first') ? 'firstMs' : 'wholeMs';
    const method = waiting.body.stream ? 'streamGenerateContent?alt=sse' : 'generateContent';
    const straight = { ...waiting, path: `/v1beta/models/${waiting.body.model}:${method}`, check: () => true };
    const ways = [[service.url, waiting], [floor.url, waiting], [gemini.url, straight]];
    const { value, details } = await settled(waiting.name, async () => {
      const taken = ways.map(() => []);
      for (let count = 0; count < (waiting.n + waiting.warm) * share; count += 1) {
        for (const [at, way] of ways.entries()) {
          const times = await ask(...way);
          if (count >= waiting.warm * share) taken[at].push(times[measured]);
        }
      }
      const [ours, least, none] = taken.map(median);
      return { value: (ours - none) / (least - none), details: `+${(ours - none).toFixed(2)} ms (+${(least - none).toFixed(2)})` };
    });
    tell(waiting.name, value, details);
  }
}

async function tellOpenStreams({ service }) {
  if (!isWanted({ name: '1,000 open streams' })) return;
  const workload = { ...prepared(openStreams), atOnce: openStreams.count };
  const before = memoryOf(service.pid);
  let most = before;
  const watching = setInterval(() => {
    most = Math.max(most, memoryOf(service.pid));
  }, 50);
  await askMany(service.url, workload, openStreams.count, 2500);
  clearInterval(watching);
  tell('1,000 open streams', most - before, `${before.toFixed(0)} MB before`, 'MB');
}

/** Starts of both, in turn. */
async function tellStarts(gemini) {
  if (!isWanted({ name: 'start, idle memory' })) return;
  const starters = [() => startService(gemini.url), () => startFloor(gemini.url)];
  const [cold, cpu, idle] = [[[], []], [[], []], [[], []]];
  for (let count = 0; count < slices; count += 1) {
    for (const [at, begin] of starters.entries()) {
      const started = await begin();
      cold[at].push(started.coldMs);
      cpu[at].push(started.coldCpuMs);
      await wait(1500);
      idle[at].push(memoryOf(started.pid));
      await started.stop();
    }
  }
  const shown = (taken, unit) => `${median(taken[0]).toFixed(0)} ${unit} (${median(taken[1]).toFixed(0)})`;
  tell('start', median(cold[0]) / median(cold[1]), shown(cold, 'ms'));
  tell("start's CPU", median(cpu[0]) / median(cpu[1]), shown(cpu, 'ms'));
  tell('idle memory', median(idle[0]) / median(idle[1]), shown(idle, 'MB'));
}

async function bench() {
  const gemini = await startGemini();
  console.log(`Node ${process.versions.node}, ${process.platform} ${process.arch}, ${cpus().length} cores\n`);
  row('what', 'to the floor', 'the service (the floor)', 'goal', 'bound');
  row('---', '---', '---', '---', '---');
  await tellStarts(gemini);
  const running = { gemini, floor: await startFloor(gemini.url), service: await startService(gemini.url) };
  try {
    await tellWorkloads(running);
    await tellDoors(running);
    await tellWaits(running);
    if (!isCheck) await tellOpenStreams(running);
  } finally {
    await Promise.all(Object.values(running).map(({ stop }) => stop()));
  }
}

await bench();
if (isCheck && over.length > 0) {
  console.log(`\nover their bound:\n${over.map((line) => `  ${line}`).join('\n')}`);
  process.exitCode = 1;
}
process.exit();
