import type { Test } from 'tap';
import { E } from '../../../src/kernel/fp.ts';
import { secret } from '../../../src/kernel/secret.ts';
import type { CheckCaller } from '../../../src/ports/capabilities.ts';
import type { PasswordSettings } from '../../../src/adapters/callers/check-password.ts';
import { fakeClock, type FakeClock } from './fake-clock.ts';

export type MakeCallers = (settings: PasswordSettings, clock: FakeClock) => Promise<CheckCaller>;

type Guess = { readonly password: string | null; readonly address: string; readonly fromOwnNetwork: boolean };
type Door = { readonly clock: FakeClock; readonly knock: (guess?: Partial<Guess>) => unknown };

const started = (make: MakeCallers) => async (settings: Partial<PasswordSettings>): Promise<Door> => {
  const clock = fakeClock('2026-11-24T12:00:00Z');
  const check = await make({ password: secret('made-up password'), allowDefaultPassword: true, ...settings }, clock);
  return {
    clock,
    knock: ({ password = 'made-up password', address = '203.0.113.7', fromOwnNetwork = false } = {}) => {
      const entered = check({ address, isFromOwnNetwork: () => fromOwnNetwork, credential: password === null ? null : secret(password) });
      return E.isRight(entered) ? 'in' : entered.left;
    },
  };
};

type Start = ReturnType<typeof started>;

const guessing = (t: Test, start: Start): void => {
  t.test('after fifteen wrong passwords an address is told to wait, but the right one opens all the same', async (t) => {
    const { clock, knock } = await start({});
    const wrong = (): unknown => knock({ password: 'guess' });
    for (let each = 0; each < 15; each += 1) t.same(knock({ password: `guess ${each}` }), { tag: 'WrongPassword' });
    t.same(wrong(), { tag: 'TooManyGuesses', retryAfterSeconds: 5 });
    t.equal(knock(), 'in', 'a guesser keeps nobody out');
    t.same(knock({ address: '203.0.113.8', password: 'guess' }), { tag: 'WrongPassword' }, 'others are told what is wrong');
    clock.advance(4001);
    t.same(wrong(), { tag: 'TooManyGuesses', retryAfterSeconds: 1 });
    clock.advance(999);
    t.same(wrong(), { tag: 'WrongPassword' });
  });

  t.test('one guess comes back every five seconds, fifteen at most', async (t) => {
    const { clock, knock } = await start({});
    const wrong = (): unknown => knock({ password: 'guess' });
    for (let each = 0; each < 15; each += 1) wrong();
    clock.advance(10_000);
    t.same([wrong(), wrong(), wrong()], [
      { tag: 'WrongPassword' },
      { tag: 'WrongPassword' },
      { tag: 'TooManyGuesses', retryAfterSeconds: 5 },
    ]);
    clock.advance(3_600_000);
    for (let each = 0; each < 15; each += 1) t.same(wrong(), { tag: 'WrongPassword' });
    t.match(wrong(), { tag: 'TooManyGuesses' });
  });

  t.test('a good password gives no guesses back', async (t) => {
    const { knock } = await start({});
    for (let each = 0; each < 14; each += 1) knock({ password: 'guess' });
    t.equal(knock(), 'in');
    t.same(knock({ password: 'guess' }), { tag: 'WrongPassword' });
    t.match(knock({ password: 'guess' }), { tag: 'TooManyGuesses' });
  });

  t.test('all of an IPv6 network guesses from one bucket', async (t) => {
    const { knock } = await start({});
    for (let each = 0; each < 15; each += 1) knock({ password: 'guess', address: `2001:db8::${each}` });
    t.match(knock({ password: 'guess', address: '2001:db8::ffff' }), { tag: 'TooManyGuesses' });
    t.same(knock({ password: 'guess', address: '2001:db8:0:1::1' }), { tag: 'WrongPassword' });
  });

  t.test('the networks of one IPv6 site guess from one larger bucket', async (t) => {
    const { knock } = await start({});
    const guess = (network: string): unknown => knock({ password: 'guess', address: `${network}::1` });
    for (let each = 0; each < 60; each += 1) t.same(guess(`2001:db8:1:${each.toString(16)}`), { tag: 'WrongPassword' });
    t.same(guess('2001:db8:1:ffff'), { tag: 'TooManyGuesses', retryAfterSeconds: 2 });
    t.same(guess('2001:db8:2:0'), { tag: 'WrongPassword' }, 'the site next door');
    t.equal(knock({ address: '2001:db8:1:fffe::1' }), 'in');
  });

  t.test('all together have three hundred guesses a minute, and the right password opens all the same', async (t) => {
    const { clock, knock } = await start({});
    const told: unknown[] = [];
    for (let each = 0; each < 400; each += 1) told.push(knock({ password: 'guess', address: `198.51.${each >> 8}.${each & 255}` }));
    t.same(told.slice(0, 300), Array.from({ length: 300 }, () => ({ tag: 'WrongPassword' })));
    t.same(told.slice(300), Array.from({ length: 100 }, () => ({ tag: 'TooManyGuesses', retryAfterSeconds: 1 })));
    t.equal(knock(), 'in');
    clock.advance(60_000);
    t.same(knock({ password: 'guess' }), { tag: 'WrongPassword' });
  });
};

/** What every door keeps to. */
export const callersContract = (t: Test, make: MakeCallers): void => {
  const start = started(make);

  t.test('the right password opens, a wrong one does not', async (t) => {
    const { knock } = await start({});
    t.equal(knock(), 'in');
    for (const password of ['made-up', 'made-up password ', 'MADE-UP PASSWORD', 'x'.repeat(10_000), 'пароль']) {
      t.same(knock({ password }), { tag: 'WrongPassword' });
    }
  });

  t.test('a missing or empty password is told so and costs no guess', async (t) => {
    const { knock } = await start({});
    for (let each = 0; each < 20; each += 1) t.same(knock({ password: null }), { tag: 'NoPassword' });
    t.same(knock({ password: '' }), { tag: 'NoPassword' });
    t.equal(knock(), 'in');
  });

  t.test('an empty password in force lets nobody in', async (t) => {
    const { knock } = await start({ password: secret('') });
    t.same(knock({ password: '' }), { tag: 'NoPassword' });
    t.same(knock({ password: '123' }), { tag: 'WrongPassword' });
  });

  guessing(t, start);

  t.test('the default password works unless it is disallowed', async (t) => {
    const { knock } = await start({ password: secret('123') });
    t.equal(knock({ password: '123' }), 'in');
  });

  t.test('a disallowed default password works from its own network only, and is told to none who guessed wrong', async (t) => {
    const { knock } = await start({ password: secret('123'), allowDefaultPassword: false });
    t.same(knock({ password: '123' }), { tag: 'DefaultPasswordRefused' });
    t.equal(knock({ password: '123', fromOwnNetwork: true }), 'in');
    t.same(knock({ password: '1234' }), { tag: 'WrongPassword' });
    t.same(knock({ password: null }), { tag: 'NoPassword' });
  });

  t.test('on a hosting platform nobody is in the own network', async (t) => {
    const { knock } = await start({ password: secret('123'), allowDefaultPassword: false, onHostingPlatform: true });
    t.same(knock({ password: '123', fromOwnNetwork: true }), { tag: 'DefaultPasswordRefused' });
  });

  t.test('a password of one\'s own is not held to that', async (t) => {
    const { knock } = await start({ allowDefaultPassword: false });
    t.equal(knock(), 'in');
  });
};
