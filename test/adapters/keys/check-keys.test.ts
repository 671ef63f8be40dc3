import t from 'tap';
import { E, type TE } from '../../../src/kernel/fp.ts';
import type { ProxyError } from '../../../src/kernel/proxy-error.ts';
import { checkKeys } from '../../../src/adapters/keys/check-keys.ts';
import type { Lease } from '../../../src/ports/capabilities.ts';
import { lease } from '../../support/capabilities.ts';

const leases = (count: number): readonly Lease[] => Array.from({ length: count }, (_, at) => lease(at + 1));

type Verdict = E.Either<ProxyError, unknown>;

const works: Verdict = E.right([]);
const verdicts: Readonly<Record<string, ProxyError>> = {
  refused: { tag: 'KeyRefused', fault: 'leaked', reason: 'leaked' },
  spent: { tag: 'QuotaSpent', period: 'day', retryAfterSeconds: null, quotaId: null },
  unreachable: { tag: 'Unreachable', reason: 'ECONNREFUSED' },
  late: { tag: 'TimedOut', phase: 'first byte' },
};

/** A check under way: what was learned and logged, and how many probes run. */
const checking = (count: number, probe: (lease: Lease) => TE.TaskEither<ProxyError, unknown>, signal = new AbortController().signal) => {
  const learned: (readonly [string, string | null])[] = [];
  const lines: string[] = [];
  const done = checkKeys(
    {
      leases: leases(count),
      probe,
      now: () => 7,
      learn: (id, verdict, began) => learned.push([id, began === 7 ? (verdict?.tag ?? null) : `asked at ${began}`]),
      log: (level, message, facts) => lines.push(`${level} ${message} ${JSON.stringify(facts)}`),
    },
    signal,
  );
  return { learned, lines, done };
};

const told = (verdict: Verdict) => (): Promise<Verdict> => Promise.resolve(verdict);

t.test('every key is asked once, and its verdict told whatever it is', async (t) => {
  const answers: readonly Verdict[] = [works, ...Object.values(verdicts).map((error) => E.left(error)), works];
  const { learned, lines, done } = checking(6, ({ number }) => told(answers[number - 1] ?? works));
  await done;
  t.equal(learned.length, 6);
  t.same(Object.fromEntries(learned), { 'key-1': null, 'key-2': 'KeyRefused', 'key-3': 'QuotaSpent', 'key-4': 'Unreachable', 'key-5': 'TimedOut', 'key-6': null });
  t.same(lines, ['info Keys checked {"ok":2,"refused":1,"unknown":3}']);
});

t.test('four keys are asked at a time', async (t) => {
  const open: (() => void)[] = [];
  const { learned, done } = checking(10, () => () => new Promise((resolve) => open.push(() => resolve(works))));
  const counts: number[] = [];
  for (let count = 0; count < 10; count += 1) {
    counts.push(open.length);
    open[count]?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await done;
  t.same(counts, [4, 5, 6, 7, 8, 9, 10, 10, 10, 10]);
  t.equal(learned.length, 10);
});

t.test('a service that stops asks no further key and says nothing', async (t) => {
  const stop = new AbortController();
  const asked: number[] = [];
  const { lines, done } = checking(
    10,
    ({ number }) => {
      asked.push(number);
      stop.abort();
      return told(works);
    },
    stop.signal,
  );
  await done;
  t.same(asked, [1]);
  t.same(lines, []);
});

t.test('without keys there is nothing to ask', async (t) => {
  const { learned, lines, done } = checking(0, () => told(works));
  await done;
  t.same(learned, []);
  t.same(lines, ['info Keys checked {"ok":0,"refused":0,"unknown":0}']);
});
