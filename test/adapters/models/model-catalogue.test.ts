import t from 'tap';
import { E, type TE } from '../../../src/kernel/fp.ts';
import type { ProxyError } from '../../../src/kernel/proxy-error.ts';
import type { Signal } from '../../../src/kernel/signal.ts';
import { decodeFirstSeen, firstSeenDays, type FirstSeenSnapshot } from '../../../src/adapters/models/first-seen.ts';
import { modelCatalogue } from '../../../src/adapters/models/model-catalogue.ts';
import { fallbackModels } from '../../../src/gemini/fallback-models.ts';
import type { GeminiModel } from '../../../src/gemini/response.ts';
import { fakeClock } from '../../support/contracts/fake-clock.ts';

type Told = E.Either<ProxyError, readonly GeminiModel[]>;

const listOf = (...names: readonly string[]): Told => E.right(names.map((name) => ({ name })));
const failed: Told = E.left({ tag: 'Unreachable', reason: 'ECONNREFUSED' });

/** A catalogue whose askings are answered by hand, one after the other. */
const started = () => {
  const clock = fakeClock('2026-11-24T12:00:00Z');
  const open: ((told: Told) => void)[] = [];
  const waits: { readonly milliseconds: number; readonly signal: Signal; readonly end: () => void }[] = [];
  const lines: string[] = [];
  const fetchModels: TE.TaskEither<ProxyError, readonly GeminiModel[]> = () => new Promise((resolve) => open.push(resolve));
  const catalogue = modelCatalogue({
    fetchModels,
    now: clock.now,
    wait: (milliseconds, signal) => new Promise((end) => waits.push({ milliseconds, signal, end })),
    log: (level, message, facts) => lines.push(`${level} ${message} ${JSON.stringify(facts)}`),
  });
  const names = async (): Promise<readonly string[]> => (await catalogue.listModels()).map(({ name }) => name);
  /** Answers the last asking, and lets the catalogue take it in. */
  const tell = async (told: Told): Promise<void> => {
    open.at(-1)?.(told);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { clock, catalogue, names, tell, asked: () => open.length, waits, lines };
};

const minute = 60_000;

t.test('nothing is asked before the list is wanted, and nothing is known', (t) => {
  const { catalogue, asked } = started();
  t.equal(asked(), 0);
  t.equal(catalogue.known(), null);
  t.end();
});

t.test('the first list is waited for, by all who ask meanwhile, with one asking', async (t) => {
  const { catalogue, names, tell, asked, waits } = started();
  const wanted = [names(), names(), names()];
  await tell(listOf('models/a'));
  t.same(await Promise.all(wanted), [['models/a'], ['models/a'], ['models/a']]);
  t.equal(asked(), 1);
  t.same(waits.map(({ milliseconds, signal }) => [milliseconds, signal.aborted]), [[5000, true], [5000, true], [5000, true]], 'no wait is left running');
  t.same(catalogue.known(), [{ name: 'models/a' }]);
});

t.test('after 5 s the first list is a fixed one, and the real one comes when it comes', async (t) => {
  const { catalogue, names, tell, waits, asked } = started();
  const wanted = names();
  waits[0]?.end();
  t.same(await wanted, fallbackModels.map(({ name }) => name));
  t.equal(catalogue.known(), null);
  await tell(listOf('models/late'));
  t.same(await names(), ['models/late']);
  t.equal(asked(), 1);
});

t.test('a list is asked for again after 10 minutes, while the last one is shown', async (t) => {
  const { clock, names, tell, asked } = started();
  const first = names();
  await tell(listOf('models/a'));
  await first;
  clock.advance(10 * minute - 1);
  await names();
  t.equal(asked(), 1);
  clock.advance(1);
  t.same(await names(), ['models/a']);
  t.same(await names(), ['models/a']);
  t.equal(asked(), 2);
  await tell(listOf('models/b'));
  t.same(await names(), ['models/b']);
  t.equal(asked(), 2);
});

for (const [why, told, line] of [
  ['a failure', failed, 'warn The model list could not be read {"error":"Unreachable"}'],
  ['an empty list', listOf(), 'warn The model list could not be read {"error":"empty"}'],
] as const) {
  t.test(`after ${why} the fixed list is shown at once, and another is asked for after 30 s`, async (t) => {
    const { clock, names, tell, asked, lines } = started();
    const wanted = names();
    await tell(told);
    const fixed = fallbackModels.map(({ name }) => name);
    t.same(await wanted, fixed);
    t.same(lines, [line]);
    clock.advance(30_000 - 1);
    t.same(await names(), fixed);
    t.equal(asked(), 1);
    clock.advance(1);
    const again = names();
    t.equal(asked(), 2);
    await tell(listOf('models/a'));
    t.same(await again, ['models/a']);
  });

  t.test(`${why} later on keeps the last list`, async (t) => {
    const { clock, names, tell, asked, lines } = started();
    const wanted = names();
    await tell(listOf('models/a'));
    await wanted;
    clock.advance(10 * minute);
    await names();
    await tell(told);
    t.same(await names(), ['models/a']);
    t.same(lines, [line]);
    t.equal(asked(), 2);
    clock.advance(30_000);
    t.same(await names(), ['models/a']);
    t.equal(asked(), 3);
  });
}

t.test('the day on which a model was seen first stays, over a restart too, and never lies ahead', (t) => {
  const clock = fakeClock('2026-11-24T12:00:00Z');
  const day = (text: string): number => Date.parse(`${text}T00:00:00Z`) / 1000;
  const kept: { snapshot: FirstSeenSnapshot | null } = { snapshot: null };
  const store = {
    load: () => kept.snapshot,
    save: (snapshot: () => FirstSeenSnapshot) => {
      kept.snapshot = snapshot();
    },
    flush: async () => undefined,
  };
  const before = firstSeenDays({ now: clock.now, store });
  t.equal(before('a'), day('2026-11-24'));
  clock.advance(3 * 86_400_000);
  t.equal(before('a'), day('2026-11-24'));
  t.equal(before('b'), day('2026-11-27'));
  const after = firstSeenDays({ now: clock.now, store });
  t.same([after('a'), after('b')], [day('2026-11-24'), day('2026-11-27')]);
  clock.jump(-10 * 86_400_000);
  t.equal(after('b'), day('2026-11-17'));
  kept.snapshot = { days: [['c', 1e300], ['d', -5], ['e', Number.NaN]] };
  t.same(['c', 'd', 'e'].map(firstSeenDays({ now: clock.now, store })), [day('2026-11-17'), day('2026-11-17'), day('2026-11-17')]);
  t.match(decodeFirstSeen({ days: [['a', '1']] }), { _tag: 'Left' });
  t.end();
});
