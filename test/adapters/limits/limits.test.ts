import { createHash } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { E } from '../../../src/kernel/fp.ts';
import { secret } from '../../../src/kernel/secret.ts';
import { addressGroup, addressSite } from '../../../src/adapters/callers/address-group.ts';
import { passwordCheck } from '../../../src/adapters/callers/check-password.ts';
import { decodeDayCounts, type DayCountsSnapshot } from '../../../src/adapters/limits/day-counts.ts';
import { limiter } from '../../../src/adapters/limits/limiter.ts';
import { recentMap } from '../../../src/kernel/recent-map.ts';
import {
  decodeSignatures,
  signatureMemory,
  type SignatureBounds,
  type SignaturesSnapshot,
} from '../../../src/adapters/state/signature-memory.ts';
import type { StateFile } from '../../../src/adapters/state/state-file.ts';
import { callersContract } from '../../support/contracts/callers-contract.ts';
import { fakeClock } from '../../support/contracts/fake-clock.ts';
import { limiterContract } from '../../support/contracts/limiter-contract.ts';
import { signature, signatureMemoryContract } from '../../support/contracts/signature-memory-contract.ts';

type FakeStore<A> = StateFile<A> & { readonly text: () => string };

const fakeStore = <A>(decode: (value: unknown) => E.Either<unknown, A>): FakeStore<A> => {
  const held: { take: () => A | null } = { take: () => null };
  const text = (): string => JSON.stringify(held.take());
  return {
    text,
    load: () => {
      const decoded = decode(JSON.parse(text()));
      return E.isRight(decoded) ? decoded.right : null;
    },
    save: (snapshot) => {
      held.take = snapshot;
    },
    flush: async () => undefined,
  };
};

const hour = 3_600_000;
const noon = '2026-11-24T12:00:00Z';

const daily = (most: number, mostAddresses?: number, store?: StateFile<DayCountsSnapshot>) => {
  const clock = fakeClock(noon);
  const { takePermit } = limiter({ perMinute: 0, perDayPerAddress: most }, { ...clock, store, mostAddresses });
  return { clock, take: async (address = '203.0.113.7') => E.toUnion(takePermit(address)) };
};

t.test('a limiter in memory', async (t) => {
  limiterContract(t, async (settings, { now, monotonic }) => limiter(settings, { now, monotonic }).takePermit);

  t.test('a clock that jumps back never reopens a spent day', async (t) => {
    const { clock, take } = daily(1);
    await take();
    clock.jump(-24 * hour);
    t.match(await take(), { tag: 'LimitReached', retryAfterSeconds: 24 * 3600 });
    clock.jump(12 * hour + 1);
    t.match(await take(), { tag: 'LimitReached' }, 'nor does the midnight before it');
    clock.jump(12 * hour);
    t.match(await take(), { tag: 'LimitReached' }, 'nor the return of the right time');
  });

  t.test('a clock that was far ahead holds nobody longer than a day', async (t) => {
    const { clock, take } = daily(1);
    clock.jump(3650 * 24 * hour);
    await take();
    clock.jump(-3650 * 24 * hour);
    clock.advance(24 * hour - 1);
    t.match(await take(), { tag: 'LimitReached', retryAfterSeconds: 1 });
    clock.advance(1);
    t.match(await take(), { remaining: 0 });
  });

  t.test('a clock that jumps forward gives one new day', async (t) => {
    const { clock, take } = daily(1);
    await take();
    clock.jump(24 * hour);
    t.match(await take(), { remaining: 0 });
    clock.jump(-24 * hour);
    t.match(await take(), { tag: 'LimitReached' });
    clock.jump(24 * hour);
    t.match(await take(), { tag: 'LimitReached' });
  });

  t.test('a wall clock that jumps does not move the minute', async (t) => {
    const clock = fakeClock(noon);
    const { takePermit } = limiter({ perMinute: 1, perDayPerAddress: 0 }, clock);
    takePermit('203.0.113.7');
    clock.jump(24 * hour);
    t.match(takePermit('203.0.113.7'), { left: { tag: 'LimitReached', limit: 'minute' } });
    clock.jump(-48 * hour);
    t.match(takePermit('203.0.113.7'), { left: { tag: 'LimitReached', limit: 'minute' } });
  });

  t.test('an address at its limit outlasts a flood of others', async (t) => {
    const { take } = daily(2, 100);
    await take('203.0.113.7');
    await take('203.0.113.7');
    for (let each = 0; each < 1000; each += 1) await take(`10.0.${each >> 8}.${each & 255}`);
    t.match(await take('203.0.113.7'), { tag: 'LimitReached' });
    t.match(await take('10.0.0.1'), { remaining: 1 }, 'one of the others was forgotten');
  });

  t.test('a restart keeps the counts, and the file holds no address', async (t) => {
    const store = fakeStore<DayCountsSnapshot>(decodeDayCounts);
    const before = daily(2, 100, store);
    await before.take('203.0.113.7');
    await before.take('203.0.113.7');
    t.notMatch(store.text(), '203.0.113');
    const after = daily(2, 100, store);
    t.match(await after.take('203.0.113.7'), { tag: 'LimitReached' });
    after.clock.advance(12 * hour);
    t.match(await after.take('203.0.113.7'), { remaining: 1 });
  });

  t.test('a kept day far ahead is forgotten at the start, one of tomorrow is not', async (t) => {
    const today = Math.floor(Date.parse(noon) / (24 * hour));
    const kept = (day: number): StateFile<DayCountsSnapshot> => {
      const store = fakeStore<DayCountsSnapshot>(decodeDayCounts);
      store.save(() => ({ salt: 'a', day, counts: [[createHash('sha256').update('a203.0.113.7').digest('base64url').slice(0, 22), 2]] }));
      return store;
    };
    for (const [day, tag] of [[today - 1, undefined], [today, 'LimitReached'], [today + 1, 'LimitReached'], [today + 2, undefined], [today + 999_999, undefined]] as const)
      t.equal((await daily(2, 100, kept(day)).take('203.0.113.7') as { readonly tag?: string } | null)?.tag, tag, `${day - today}`);
    for (const odd of [{ salt: 'a', day: Infinity, counts: [] }, { salt: 'a', day: -1, counts: [] }, { salt: 'a', day: 1.5, counts: [] }, { salt: 'a', day: today, counts: [['b', Infinity]] }])
      t.ok(E.isLeft(decodeDayCounts(odd)), JSON.stringify(odd));
  });

  t.test('each day hashes the addresses anew', async (t) => {
    const store = fakeStore<DayCountsSnapshot>(decodeDayCounts);
    const { clock, take } = daily(2, 100, store);
    await take();
    const first = store.load();
    clock.advance(24 * hour);
    await take();
    t.not(store.load()?.salt, first?.salt);
    t.not(store.load()?.counts[0]?.[0], first?.counts[0]?.[0]);
    t.equal(store.load()?.counts.length, 1);
  });
});

t.test('whom an address counts as', async (t) => {
  const table: readonly (readonly [string, string])[] = [
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:cb00:7107', '203.0.113.7'],
    ['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7'],
    ['64:ff9b::203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8::5:6:7:8:9', '2001:db8:0:5::/64'],
    ['2001:db8:1:2:3:4:203.0.113.7', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['', 'unknown'],
    ['somewhere', 'unknown'],
    ['203.0.113.7:80', 'unknown'],
    ['1.2.3.4.5', 'unknown'],
  ];
  for (const [address, group] of table) t.equal(addressGroup(address), group, address === '' ? '(empty)' : address);
  t.equal(addressGroup(`fe80::1${'%'.repeat(100_000)}`), 'fe80:0:0:0::/64', 'whatever its zone');
  const sites = { '2001:DB8:1:2::1': '2001:db8:1::/48', '::1': '0:0:0::/48', '203.0.113.7': null, '::ffff:203.0.113.7': null, '64:ff9b::1.2.3.4': null, somewhere: null };
  for (const [address, site] of Object.entries(sites)) t.equal(addressSite(address), site, address);
});

t.test('a map of recent things', async (t) => {
  const map = recentMap<number>(2);
  map.set('a', 1);
  map.set('b', 2);
  t.equal(map.set('a', 3), undefined, 'writing again drives nothing out');
  t.equal(map.set('c', 4), 2, 'the one not used for longest goes');
  t.same([...map.entries()], [['a', 3], ['c', 4]]);
  const sparing = recentMap<number>(40, (value) => value > 0);
  for (let each = 0; each < 40; each += 1) sparing.set(`${each}`, 1);
  t.equal(sparing.set('new', 1), 1, 'when all that is looked at should stay, the oldest goes');
  t.equal(sparing.get('0'), undefined);
});

t.test('a door in memory', async (t) => {
  callersContract(t, async (settings, { monotonic }) => passwordCheck(settings, { monotonic }));

  t.test('remembers only so many addresses, the latest ones', async (t) => {
    const { monotonic } = fakeClock(noon);
    const check = passwordCheck({ password: secret('made-up'), allowDefaultPassword: true }, { monotonic, mostAddresses: 2 });
    const guess = (address: string) => check({ address, credential: secret('guess'), isFromOwnNetwork: () => false });
    for (let each = 0; each < 15; each += 1) guess('203.0.113.1');
    guess('203.0.113.2');
    t.match(guess('203.0.113.1'), { left: { tag: 'TooManyGuesses' } });
    guess('203.0.113.3');
    t.match(guess('203.0.113.1'), { left: { tag: 'TooManyGuesses' } }, 'who keeps guessing is not forgotten');
  });
});

t.test('a signature memory in memory', async (t) => {
  signatureMemoryContract(t, async (bounds) => ({ ...signatureMemory(bounds), settled: async () => undefined }));

  t.test('a restart keeps the newest, as many as may stand on disk', async (t) => {
    const store = fakeStore<SignaturesSnapshot>(decodeSignatures);
    const bounds: SignatureBounds = { mostEntries: 100, mostCharacters: 10_000, mostKept: 500 };
    const ids = ['a', 'b', 'c', 'd'];
    const before = signatureMemory(bounds, { store });
    ids.forEach((id) => before.rememberSignature(signature(id, 100), '192.0.2.1'));
    t.ok(store.text().length <= 600);
    const after = signatureMemory(bounds, { store });
    t.same([...(await after.recallSignatures(ids)).keys()], ['b', 'c', 'd']);
    t.ok(E.isLeft(decodeSignatures([{ callId: 1 }])));
    t.ok(E.isRight(decodeSignatures([{ callId: 'a', value: 's', keyId: 'k' }])), 'as earlier versions wrote it');
  });

  t.test('what stands on disk is shared as fairly, tells no address, and is so after a restart', async (t) => {
    const store = fakeStore<SignaturesSnapshot>(decodeSignatures);
    const bounds: SignatureBounds = { mostEntries: 100, mostCharacters: 10_000, mostKept: 1000 };
    const before = signatureMemory(bounds, { store });
    before.rememberSignature(signature('own', 100), '192.0.2.1');
    for (let at = 0; at < 50; at += 1) before.rememberSignature(signature(`any-${at}`, 100), '198.51.100.7');
    t.notMatch(store.text(), /192\.0\.2\.1|198\.51\.100\.7/);
    const after = signatureMemory({ ...bounds, mostEntries: 5 }, { store });
    for (let at = 0; at < 50; at += 1) after.rememberSignature(signature(`more-${at}`, 100), '198.51.100.7');
    t.same([...(await after.recallSignatures(['own', 'more-48', 'more-49'])).keys()], ['own', 'more-48', 'more-49']);
  });
});

t.test('the use of the limits can be looked at without counting', async (t) => {
  const { takePermit, use } = limiter({ perMinute: 9, perDayPerAddress: 9 }, fakeClock(noon));
  for (const address of ['198.51.100.1', '198.51.100.1', '198.51.100.2']) takePermit(address);
  t.same(use('198.51.100.1'), { minute: 3, todayOfThisAddress: 2 });
  t.same(use('198.51.100.3'), { minute: 3, todayOfThisAddress: 0 });
  t.same(limiter({ perMinute: 0, perDayPerAddress: 0 }, fakeClock(noon)).use('198.51.100.1'), { minute: null, todayOfThisAddress: null });
});

t.test('a map of the recent, whatever is done to it in whatever order, forgets the least recently used first', (t) => {
  const step = fc.record({ what: fc.constantFrom('get', 'set', 'remove', 'clear'), key: fc.constantFrom('a', 'b', 'c', 'd') });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const map = recentMap<number>(3);
      const model: [string, number][] = [];
      const takeOut = (key: string): number | undefined => {
        const at = model.findIndex(([held]) => held === key);
        return at === -1 ? undefined : model.splice(at, 1)[0]?.[1];
      };
      steps.forEach(({ what, key }, at) => {
        if (what === 'clear' && at % 5 === 0) {
          map.clear();
          model.length = 0;
        } else if (what === 'remove') {
          map.remove(key);
          takeOut(key);
        } else if (what === 'get') {
          const value = takeOut(key);
          if (value !== undefined) model.push([key, value]);
          t.equal(map.get(key), value);
        } else {
          takeOut(key);
          if (model.length === 3) model.shift();
          map.set(key, at);
          model.push([key, at]);
        }
      });
      t.same([...map.entries()], model);
    }),
  );
  t.end();
});

t.test('a password opens as it is and no other way, whatever is in it and however long it is', (t) => {
  const texts = ['a', 'ab', 'a\0', 'passwort', 'pässwort', 'x'.repeat(1024), `${'x'.repeat(1024)}y`, `${'x'.repeat(1024)}z`, '\u{1f511}'.repeat(256), '\u{1f511}'.repeat(257)];
  for (const password of texts) {
    const check = passwordCheck({ password: secret(password), allowDefaultPassword: true }, { monotonic: () => 0 });
    for (const sent of texts) {
      const entered = check({ address: '203.0.113.7', credential: secret(sent), isFromOwnNetwork: () => false });
      t.equal(E.isRight(entered), sent === password, `${password.slice(0, 9)}, ${sent.slice(0, 9)}`);
    }
  }
  t.end();
});
