import process from 'node:process';
import t, { type Test } from 'tap';
import { chat, emulated, madeUpKeys, question, settingsFor } from '../support/pollux.ts';
import { startServiceProcess } from '../support/service-process.ts';

// A busy machine needs longer for these than tap's usual time.
t.setTimeout(180_000);

/**
 * What may outlive a young collection of some 13 MiB, MiB. Where a finished record is held by another, or each has a
 * hidden class of its own, it is 1.9 to 2.5 until the next full collection, and a short chat a third dearer.
 */
const mostOutliving = 1;

/** Young collections that are looked at. */
const enough = 8;

/** The heap behind each young collection since the last full one, MiB, as `--trace-gc` prints it. */
const heapsIn = (printed: string): readonly number[] => {
  const since = printed.slice(printed.lastIndexOf('Mark-Compact') + 1);
  return [...since.matchAll(/Scavenge (?:\([a-z -]+\) )?[\d.]+ \([\d.]+\) -> ([\d.]+)/g)].map(([, size]) => Number(size));
};

const inTurn = 16;

const askMany = async (service: Parameters<typeof chat>[0], count: number, over: object): Promise<readonly string[]> => {
  const wrong: string[] = [];
  const ask = async (): Promise<void> => {
    for (let at = 0; at < count / inTurn; at += 1) {
      const answer = await chat(service, question('Hello', over));
      const text = await answer.text();
      if (answer.status !== 200) wrong.push(text);
    }
  };
  await Promise.all(Array.from({ length: inTurn }, ask));
  return wrong;
};

const lettingGo = async (t: Test, over: object): Promise<void> => {
  const emulator = await emulated(t);
  const limits = { MAX_REQUESTS_PER_MINUTE: '0', MAX_REQUESTS_PER_DAY_PER_IP: '0', LOG_LEVEL: 'info' };
  const service = await startServiceProcess(t, { ...settingsFor(emulator, madeUpKeys), ...limits }, { flags: ['--trace-gc'] });
  // What V8 learns and compiles in the meantime is no garbage.
  t.same(await askMany(service, 2500, over), []);
  let heaps = heapsIn(service.printed());
  // A full collection may have come only now: what it left is looked at.
  for (let more = 0; more < 5 && heaps.length < enough; more += 1) {
    t.same(await askMany(service, 1000, over), []);
    heaps = heapsIn(service.printed());
  }
  const [first = Number.NaN, last = Number.NaN] = [heaps.at(-enough), heaps.at(-1)];
  const grown = (last - first) / (enough - 1);
  t.ok(grown < mostOutliving, `at most ${mostOutliving} MiB more after each young collection (${grown.toFixed(2)})`);
};

const isLinux = process.platform === 'linux';

t.test('what a whole answer took is let go of by the young collections', { skip: !isLinux }, (t) => lettingGo(t, {}));

t.test('what a streamed answer took is let go of by the young collections', { skip: !isLinux }, (t) => lettingGo(t, { stream: true }));
