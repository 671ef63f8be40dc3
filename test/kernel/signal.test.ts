import t from 'tap';
import { abortSignalFrom, signalSource } from '../../src/kernel/signal.ts';

t.test('a signal tells each of its listeners once, and none that was taken back', (t) => {
  const { signal, abort } = signalSource();
  const told: string[] = [];
  const second = (): unknown => told.push('second');
  signal.addEventListener('abort', () => told.push(`first ${String(signal.aborted)} ${String(signal.reason)}`));
  signal.addEventListener('abort', second);
  signal.addEventListener('abort', () => told.push('third'));
  signal.removeEventListener('abort', second);
  t.match(signal, { aborted: false, reason: undefined });
  abort('one');
  abort('other');
  signal.addEventListener('abort', () => told.push('late'));
  t.same(told, ['first true one', 'third']);
  t.equal(signal.reason, 'one');
  t.end();
});

t.test('a listener that is taken back while they are told is told no more or once, and the others all', (t) => {
  const { signal, abort } = signalSource();
  const told: string[] = [];
  const last = (): unknown => told.push('last');
  signal.addEventListener('abort', () => {
    told.push('first');
    signal.removeEventListener('abort', last);
    abort('again');
  });
  signal.addEventListener('abort', () => told.push('middle'));
  signal.addEventListener('abort', last);
  abort('now');
  t.same(told.slice(0, 2), ['first', 'middle']);
  t.end();
});

t.test('the AbortSignal made from one aborts with it, for its reason', (t) => {
  const { signal, abort } = signalSource();
  const [before, own] = [abortSignalFrom(signal), new AbortController().signal];
  t.equal(before.aborted, false);
  abort('gone');
  t.match([before.aborted, before.reason], [true, 'gone']);
  t.match([abortSignalFrom(signal).aborted, abortSignalFrom(signal).reason], [true, 'gone']);
  t.equal(abortSignalFrom(own), own);
  t.end();
});
