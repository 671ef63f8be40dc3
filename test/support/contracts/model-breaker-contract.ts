import type { Test } from 'tap';
import { E } from '../../../src/kernel/fp.ts';
import type { ProxyError } from '../../../src/kernel/proxy-error.ts';
import type { EnterModel, Passage } from '../../../src/ports/capabilities.ts';
import { fakeClock, type FakeClock } from './fake-clock.ts';

export type MakeModelBreaker = (clock: FakeClock) => Promise<EnterModel>;

type Outcome = Parameters<Passage['leave']>[0];

/** A 503 of Google's. */
const down = { tag: 'GeminiFault', status: 503, message: 'overloaded', isOutage: true } as const;

type Entered = {
  readonly clock: FakeClock;
  /** The passage, or the seconds to wait. */
  readonly enter: (address?: string, model?: string) => Promise<Passage | number>;
  /** Enters and leaves: the seconds told after an outage, `closed` when there is no way in. */
  readonly go: (outcome: Outcome, address?: string, model?: string) => Promise<number | null | string>;
};

const waitOf = (error: ProxyError): number => (error.tag === 'GeminiFault' && error.status === 503 ? (error.retryAfterSeconds ?? -1) : -1);

const started = async (make: MakeModelBreaker): Promise<Entered> => {
  const clock = fakeClock('2026-11-24T12:00:00Z');
  const enterModel = await make(clock);
  const enter: Entered['enter'] = async (address = '203.0.113.1', model = 'gemini-flash') => {
    const entered = enterModel(model, address);
    return E.isRight(entered) ? entered.right : waitOf(entered.left);
  };
  const go: Entered['go'] = async (outcome, address, model) => {
    const entered = await enter(address, model);
    return typeof entered === 'number' ? `closed ${entered}` : entered.leave(outcome);
  };
  return { clock, enter, go };
};

/** How a model that answers nobody is kept from requests, wherever that is known. */
export const modelBreakerContract = (t: Test, make: MakeModelBreaker): void => {
  t.test('while a model answers, everybody passes, whatever else goes wrong', async (t) => {
    const { enter, go } = await started(make);
    for (const outcome of ['answered', 'unknown', 'unknown', 'answered'] as const) t.equal(await go(outcome), null);
    t.match(await enter(), { isTrial: false });
    t.match(await enter(), { isTrial: false }, 'many at once');
  });

  t.test('after an outage one at a time passes for one try, and waits twice as long each time, a minute at most', async (t) => {
    const { clock, enter, go } = await started(make);
    const waits = [await go(down)];
    for (let each = 0; each < 9; each += 1) {
      const trial = await enter();
      if (typeof trial === 'number') throw new Error('the trial is let through');
      t.ok(trial.isTrial);
      t.equal(await enter(), waits.at(-1), 'nobody else meanwhile');
      t.equal(await enter('203.0.113.2'), waits.at(-1), 'nobody at all');
      const seconds = trial.leave(down);
      waits.push(seconds);
      if (each < 3) continue;
      t.equal(await enter(), seconds, 'from the fourth failure on the wait is insisted on');
      clock.advance(Number(seconds) * 1000);
    }
    t.same(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
    t.equal(await go('answered'), null);
    t.match([await enter(), await enter()], [{ isTrial: false }, { isTrial: false }], 'an answer opens it for all');
  });

  t.test('a caller whose own requests fail keeps nobody else away', async (t) => {
    const { enter, go } = await started(make);
    for (let each = 0; each < 5; each += 1) await go(down);
    t.equal(await go(down), 'closed 16');
    t.match(await enter('203.0.113.2'), { isTrial: true });
    t.equal(await go('answered', '203.0.113.3', 'other'), null, 'another model is no matter');
  });

  t.test('what says nothing about the model leaves the next trial free', async (t) => {
    const { go, enter } = await started(make);
    await go(down);
    t.equal(await go('unknown'), null);
    t.match(await enter(), { isTrial: true });
  });

  t.test('a trial that takes long holds up nobody, and an old outage is forgotten', async (t) => {
    const { clock, enter, go } = await started(make);
    await go(down);
    await enter();
    clock.advance(15_000);
    t.match(await enter('203.0.113.2'), { isTrial: true });
    clock.advance(200_000);
    t.match(await enter(), { isTrial: false });
  });

  t.test('a model that answers some is kept from nobody', async (t) => {
    const { enter, go, clock } = await started(make);
    const unlucky = await enter();
    clock.advance(100);
    t.equal(await go('answered', '203.0.113.2'), null);
    if (typeof unlucky !== 'number') t.equal(unlucky.leave(down), null);
    t.match(await enter(), { isTrial: false });
  });

  t.test('who is kept out is told what the last one was', async (t) => {
    const { enter } = await started(make);
    for (const error of [down, { tag: 'Unreachable', reason: 'ECONNREFUSED' } as const]) {
      const entered = await enter();
      if (typeof entered !== 'number') entered.leave(error);
    }
    await enter();
    t.equal(await enter(), -1, 'a host that is not there is no 503');
  });

  t.test('requests that were under way do not lengthen the wait', async (t) => {
    const { enter, clock } = await started(make);
    const all = await Promise.all(Array.from({ length: 20 }, () => enter()));
    for (const one of all) if (typeof one !== 'number') t.equal(one.leave(down), 1);
    clock.advance(1000);
    t.match(await enter(), { isTrial: true });
  });
};
