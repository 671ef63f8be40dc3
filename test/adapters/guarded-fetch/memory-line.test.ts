import t from 'tap';
import { memoryLine } from '../../../src/adapters/guarded-fetch/memory-line.ts';
import type { ProxyError } from '../../../src/kernel/proxy-error.ts';
import { costs, portionOf, type Memory } from '../../../src/ports/memory.ts';

const never = new AbortController().signal;
const busy: ProxyError = { tag: 'Busy', message: 'full' };

/** Room for so many bytes of media, shared by all who are given it. */
const sharedRoom = (bytes: number): (() => Memory) => {
  const all = { left: bytes * costs.media };
  return () => ({
    take: (more) => {
      if (more > all.left) return busy;
      all.left -= more;
      return null;
    },
    giveBack: (less) => {
      all.left += less;
    },
  });
};

t.test('of fetches that hold a part each, the first to wait gets the rest when the others give up', async (t) => {
  const exchange = sharedRoom(10);
  const join = memoryLine();
  const fetches = Array.from({ length: 5 }, () => {
    const memory = exchange();
    const held = portionOf(memory);
    return { held, ...join(memory, held, never) };
  });
  for (const { reserve } of fetches) t.equal(await reserve(2), null);
  const ends = await Promise.all(
    fetches.map(async ({ held, reserve, leave }) => {
      const end = await reserve(8);
      leave();
      if (end !== null) held.letGo();
      return end?.tag ?? 'served';
    }),
  );
  t.same(ends, ['served', 'Busy', 'Busy', 'Busy', 'Busy']);
});

/** Keeps this thread busy for so long at each turn, until told to end; tells how many turns there were. */
const busyTurns = (milliseconds: number): { readonly end: () => number } => {
  const state = { turns: 0, goesOn: true };
  const turn = (): void => {
    if (!state.goesOn) return;
    state.turns += 1;
    for (const began = performance.now(); performance.now() - began < milliseconds; );
    setTimeout(turn, 0);
  };
  turn();
  return {
    end: () => {
      state.goesOn = false;
      return state.turns;
    },
  };
};

t.test('who is not the first gives up after two seconds at most where there is much else to do, too', async (t) => {
  const exchange = sharedRoom(1);
  const join = memoryLine();
  t.equal(await join(exchange(), portionOf(exchange()), never).reserve(1), null);
  const over = new AbortController();
  const [first, second] = [exchange(), exchange()];
  const waiting = join(first, portionOf(first), over.signal);
  const firstEnd = waiting.reserve(1);
  const turns = busyTurns(200);
  t.same(await join(second, portionOf(second), never).reserve(1), busy);
  t.ok(turns.end() <= 14, 'each turn takes a fifth of a second');
  over.abort();
  t.same(await firstEnd, busy);
  waiting.leave();
});

t.test('who leaves the line lets the next one be the first, and a fetch that is over waits no more', async (t) => {
  const exchange = sharedRoom(1);
  const join = memoryLine();
  const over = new AbortController();
  const [first, second] = [exchange(), exchange()];
  t.equal(await join(first, portionOf(first), never).reserve(1), null);
  const [waiting, next] = [join(second, portionOf(second), over.signal), join(exchange(), portionOf(exchange()), never)];
  const end = waiting.reserve(1);
  const nextEnd = next.reserve(1);
  over.abort();
  t.same(await end, busy, 'its time is over');
  waiting.leave();
  first.giveBack(costs.media);
  t.equal(await nextEnd, null, 'room that comes is taken');
  next.leave();
});
