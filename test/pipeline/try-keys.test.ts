import t from 'tap';
import { E, TE } from '../../src/kernel/fp.ts';
import type { ProxyError } from '../../src/kernel/proxy-error.ts';
import { tryKeys } from '../../src/pipeline/try-keys.ts';
import { happyCapabilities } from '../support/capabilities.ts';

const pausesWith = async (random: number, error: ProxyError): Promise<readonly number[]> => {
  const pauses: number[] = [];
  const wait = (milliseconds: number): Promise<void> => {
    pauses.push(milliseconds);
    return Promise.resolve();
  };
  const need = { model: 'm', preferred: null, conversation: null, signal: new AbortController().signal, note: () => undefined };
  const answer = await tryKeys({ ...happyCapabilities, wait, random: () => random }, need)(() => TE.left(error))();
  t.same(answer, E.left(error));
  return pauses.map(Math.round);
};

t.test('pauses after faults of host or network double, a fifth shorter or longer by chance', async (t) => {
  const down: ProxyError = { tag: 'Unreachable', reason: 'ECONNREFUSED' };
  t.same(await pausesWith(0.5, down), [40, 80, 160, 320]);
  t.same(await pausesWith(0, down), [32, 64, 128, 256]);
  t.same(await pausesWith(1, down), [48, 96, 192, 384]);
  t.same(await pausesWith(0.5, { tag: 'StreamCut' }), [40, 80]);
  t.same(await pausesWith(0.5, { tag: 'GeminiInvalid', message: 'no', code: null }), [], 'what no key can cure is told at once');
});
