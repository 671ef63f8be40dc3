import { getEventListeners } from 'node:events';
import t, { type Test } from 'tap';
import { monotonic, newId, newRequestId, now, wait } from '../../src/adapters/system.ts';

/** Timers that run when told; those that were set and neither ran nor were cleared. */
const heldTimers = (t: Test) => {
  const timers = new Map<number, { readonly run: () => void; readonly milliseconds: number }>();
  let made = 0;
  t.intercept(globalThis, 'setTimeout', {
    value: (run: () => void, milliseconds: number): number => {
      made += 1;
      timers.set(made, { run, milliseconds });
      return made;
    },
  });
  t.intercept(globalThis, 'clearTimeout', { value: (id: number) => timers.delete(id) });
  return timers;
};

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

t.test('a wait ends after its time, not before, and leaves nothing behind', async (t) => {
  const timers = heldTimers(t);
  const { signal } = new AbortController();
  let ended = false;
  const waiting = wait(1500, signal).then(() => (ended = true));
  t.same([...timers.values()].map(({ milliseconds }) => milliseconds), [1500]);
  await Promise.resolve();
  t.equal(ended, false);
  t.equal(listeners(signal), 1);
  timers.get(1)?.run();
  await waiting;
  t.equal(timers.size, 0);
  t.equal(listeners(signal), 0);
});

t.test('an abort ends a wait at once, and its timer', async (t) => {
  const timers = heldTimers(t);
  const control = new AbortController();
  const waiting = wait(1500, control.signal);
  control.abort();
  await waiting;
  t.equal(timers.size, 0);
  t.equal(listeners(control.signal), 0);
});

t.test('a wait on an aborted signal does not begin', async (t) => {
  const timers = heldTimers(t);
  await wait(1500, AbortSignal.abort());
  t.equal(timers.size, 0);
});

t.test('the wall clock counts from the epoch, the other one never goes back', (t) => {
  t.ok(Math.abs(now() - Date.now()) < 1000);
  const readings = Array.from({ length: 1000 }, monotonic);
  t.same(readings, readings.toSorted((a, b) => a - b));
  t.end();
});

t.test('ids are 24 letters and digits, each of them used, none given twice', (t) => {
  const ids = Array.from({ length: 5000 }, newId);
  for (const id of ids.slice(0, 100)) t.match(id, /^[A-Za-z0-9]{24}$/);
  t.ok(ids.every((id) => id.length === 24));
  t.equal(new Set(ids).size, 5000);
  t.equal(new Set(ids.join('')).size, 62);
  t.end();
});

t.test('ids of requests are such ones behind req_', (t) => {
  const ids = Array.from({ length: 1000 }, newRequestId);
  for (const id of ids) t.match(id, /^req_[A-Za-z0-9]{24}$/);
  t.equal(new Set(ids).size, 1000);
  t.end();
});
