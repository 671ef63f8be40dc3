import type { Test } from 'tap';
import type { ProxyError } from '../../../src/kernel/proxy-error.ts';
import { secret } from '../../../src/kernel/secret.ts';
import { hostFault, keyRefused, madeUpKeys, unpaid, type Start } from './started-key-pool.ts';

const hour = 3_600_000;

/** What makes a pool give a key up, and take it back. */
export const keyHealthContract = (t: Test, start: Start): void => {
  const innocent: readonly ProxyError[] = [
    hostFault,
    { tag: 'Unreachable', reason: 'ECONNRESET' },
    { tag: 'TimedOut', phase: 'idle' },
    { tag: 'LocationRefused' },
    { tag: 'ClientGone' },
    { tag: 'GeminiInvalid', message: 'bad field', code: null },
    { tag: 'ModelNotFound', model: 'x', message: null },
    { tag: 'BadSignature' },
    { tag: 'StreamCut' },
    { tag: 'Defect', cause: 'x' },
  ];
  for (const error of innocent) {
    t.test(`${error.tag} is never the key's fault`, async (t) => {
      const { lease, report, pool, refusal } = await start({ keys: madeUpKeys('key-1') });
      const lent = await lease();
      await report(lent, error);
      pool.learnHealth(lent.id, error);
      await pool.settled();
      t.equal(await refusal(), null);
    });
  }

  t.test('a refused key is out for all models, for seven days', async (t) => {
    const { clock, lease, report, refusal, number } = await start({ keys: madeUpKeys('key-1') });
    await report(await lease(), keyRefused('not valid'));
    t.match(await refusal({ model: 'other' }), { tag: 'NoUsableKey' });
    clock.advance(7 * 24 * hour - 1);
    t.match(await refusal(), { tag: 'NoUsableKey' });
    clock.advance(1);
    t.equal(await number(), 1);
  });

  t.test('when all keys are refused, each reason is told once, with the numbers of its keys', async (t) => {
    const { lease, report, refusal } = await start({});
    const [one, two, three] = [await lease(), await lease(), await lease()];
    await report(one, keyRefused('not valid'));
    await report(two, keyRefused('suspended'));
    await report(three, keyRefused('not valid'));
    t.same(await refusal(), { tag: 'NoUsableKey', reasons: ['#1, #3: not valid', '#2: suspended'] });
  });

  t.test('a reason that holds a key gives way to plain words', async (t) => {
    const { lease, report, refusal } = await start({ keys: madeUpKeys('odd-made-up-key') });
    const lent = await lease();
    for (const reason of ["Consumer 'api_key:odd-made-up-key' has been suspended", 'AIzaMadeUpKeyOfSomebodyElse is bad', '']) {
      await report(lent, keyRefused(reason));
      t.same(await refusal(), { tag: 'NoUsableKey', reasons: ['#1: Google says that the key is not valid'] });
    }
  });

  t.test('a health check that works clears a fault, and one that finds a fault sets it', async (t) => {
    const { lease, report, pool, refusal } = await start({ keys: madeUpKeys('key-1') });
    const { id, ...rest } = await lease();
    await report({ id, ...rest }, keyRefused('not valid'));
    pool.learnHealth(id, null);
    await pool.settled();
    t.equal(await refusal(), null);
    pool.learnHealth(id, keyRefused('not valid'));
    await pool.settled();
    t.match(await refusal(), { tag: 'NoUsableKey' });
  });

  t.test('an answer that began before the fault does not clear it', async (t) => {
    const { clock, lease, report, refusal } = await start({ keys: madeUpKeys('key-1') });
    const [early, other] = [await lease(), await lease()];
    clock.advance(1000);
    await report(other, keyRefused('not valid'));
    clock.advance(1000);
    await report(early, null);
    t.match(await refusal(), { tag: 'NoUsableKey' });
  });

  t.test('a suspect key is lent last, and is ready all the same, until it works or ten minutes have passed', async (t) => {
    const { clock, pool, lease, number, report, refusal } = await start({ keys: madeUpKeys('key-1', 'key-2') });
    const [one, two] = [await lease(), await lease()];
    pool.suspect(one.id);
    await pool.settled();
    t.same([await number(), await number(), await number({ preferred: one.id })], [2, 2, 2]);
    t.equal(await number({ tried: new Set([two.id]) }), 1);
    t.same(pool.faultyKeys(), []);
    clock.advance(10 * 60_000);
    t.equal(await number({ preferred: one.id }), 1);
    pool.suspect(one.id);
    await report(await lease({ tried: new Set([two.id]) }), null);
    t.equal(await number({ preferred: one.id }), 1, 'one that works is no suspect');
    pool.suspect(one.id);
    pool.suspect(two.id);
    await pool.settled();
    t.equal(await refusal(), null, 'suspects alone are lent');
  });

  t.test('the keys that are out are told, with the time since when', async (t) => {
    const { clock, pool, lease, report } = await start({ keys: madeUpKeys('key-1', 'key-2') });
    const lent = await lease();
    await report(lent, keyRefused('not valid'));
    t.same(pool.faultyKeys().map(({ lease: { id }, since }) => [id, since]), [[lent.id, clock.now()]]);
  });

  t.test('when keys have nothing left to spend and no other is left, that is what is told', async (t) => {
    const { lease, report, refusal } = await start({ keys: madeUpKeys('key-1', 'key-2') });
    const [one, two] = [await lease(), await lease()];
    await report(one, unpaid);
    await report(two, keyRefused('not valid'));
    t.same(await refusal(), { tag: 'NoUsableKey', unpaid: true, reasons: ['#1: nothing left', '#2: not valid'] });
  });

  t.test('a key or a lease nobody knows changes nothing', async (t) => {
    const { report, pool, refusal } = await start({ keys: madeUpKeys('key-1') });
    await report({ number: 9, id: 'feedfeedfeed', secret: secret('stranger') }, keyRefused('not valid'));
    pool.learnHealth('feedfeedfeed', keyRefused('not valid'));
    t.equal(await refusal(), null);
  });
};
