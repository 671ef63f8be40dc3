import t from 'tap';
import { E } from '../../src/kernel/fp.ts';
import type { ProxyError } from '../../src/kernel/proxy-error.ts';
import { effort } from '../../src/pipeline/effort.ts';
import { tryKeys } from '../../src/pipeline/try-keys.ts';
import { happyCapabilities, lease } from '../support/capabilities.ts';

const pausesWith = async (random: number, error: ProxyError): Promise<readonly number[]> => {
  const pauses: number[] = [];
  const wait = (milliseconds: number): Promise<void> => {
    pauses.push(milliseconds);
    return Promise.resolve();
  };
  const need = { model: 'm', size: 10, effort: effort(() => 0), preferred: null, conversation: null, signal: new AbortController().signal, note: () => undefined };
  const answer = await tryKeys({ ...happyCapabilities, wait, random: () => random }, need)((_lease, settle) => settle(E.left(error)));
  t.same(answer, E.left(error));
  return pauses.map(Math.round);
};

t.test('pauses after faults of host or network double, a fifth shorter or longer by chance', async (t) => {
  const down: ProxyError = { tag: 'Unreachable', reason: 'ECONNREFUSED' };
  t.same(await pausesWith(0.5, down), [40, 80, 160, 320]);
  t.same(await pausesWith(0, down), [32, 64, 128, 256]);
  t.same(await pausesWith(1, down), [48, 96, 192, 384]);
  t.same(await pausesWith(0.5, { tag: 'StreamCut' }), [40, 80]);
  t.same(await pausesWith(0.5, { tag: 'Defect', cause: new TypeError('a fault of ours') }), [], "nor does a fault of this service's own try again");
  t.same(await pausesWith(0.5, { tag: 'GeminiInvalid', message: 'no', code: null }), [], 'what no key can cure is told at once');
});

t.test('all tries of a request together have a bound in bytes and in time', async (t) => {
  const calls = async (error: ProxyError, size: number, msPerCall: number): Promise<number> => {
    let [at, count] = [0, 0];
    const now = (): number => at;
    const leaseKey = () => E.right(lease(count));
    const need = { model: 'm', size, effort: effort(now), preferred: null, conversation: null, signal: new AbortController().signal, note: () => undefined };
    const answer = await tryKeys({ ...happyCapabilities, leaseKey, now }, need)<string>((_lease, settle) => {
      count += 1;
      at += msPerCall;
      return settle(count > 999 ? E.right('enough') : E.left(error));
    });
    t.ok(count > 999 || E.isLeft(answer));
    return count;
  };
  const spent: ProxyError = { tag: 'QuotaSpent', period: 'minute', retryAfterSeconds: 1, quotaId: null };
  t.equal(await calls(spent, 100, 1), 1000, 'small calls go through all keys');
  t.equal(await calls(spent, 64 * 1024 ** 2, 1), 4);
  t.equal(await calls(spent, 100, 60_000), 10);
  t.equal(await calls({ tag: 'GeminiFault', status: 500, message: 'no' }, 100 * 1024 ** 2, 1), 2);
  t.equal(await calls({ tag: 'TimedOut', phase: 'first byte' }, 100, 700_000), 1);
});

t.test('N keys are N tries where the servers of Google are at fault, and five where there are fewer', async (t) => {
  const askedOf = async (keys: number, error: ProxyError, good: number | null = null): Promise<readonly number[]> => {
    const asked: number[] = [];
    let turn = 0;
    const leaseKey: typeof happyCapabilities.leaseKey = ({ tried }) => {
      const ready = Array.from({ length: keys }, (_, at) => (turn + at) % keys).find((at) => !tried.has(lease(at).id));
      if (ready === undefined) return E.left({ tag: 'KeysExhausted', retryAfterSeconds: 1, forToday: false, isTriedOut: true });
      turn = ready + 1;
      return E.right(lease(ready));
    };
    const need = { model: 'm', size: 10, effort: effort(() => 0), preferred: null, conversation: null, signal: new AbortController().signal, note: () => undefined };
    const answer = await tryKeys({ ...happyCapabilities, leaseKey }, need)<string>(({ number }, settle) => {
      asked.push(number);
      return settle(number === good ? E.right('well') : E.left(error));
    });
    t.same(answer, good === null ? E.left(error) : E.right('well'));
    return asked;
  };
  const overloaded: ProxyError = { tag: 'GeminiFault', status: 503, message: 'no', isOutage: true };
  t.same(await askedOf(2, overloaded), [0, 1, 0, 1, 0]);
  t.same(await askedOf(5, overloaded), [0, 1, 2, 3, 4]);
  t.same(await askedOf(8, overloaded), [0, 1, 2, 3, 4, 5, 6, 7]);
  t.same(await askedOf(8, { tag: 'GeminiFault', status: 500, message: 'no' }, 7), [0, 1, 2, 3, 4, 5, 6, 7]);
  t.same(await askedOf(8, { tag: 'Unreachable', reason: 'ECONNREFUSED' }), [0, 1, 2, 3, 4], 'what no key can change');
});
