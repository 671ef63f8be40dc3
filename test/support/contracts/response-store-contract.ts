import type { Test } from 'tap';
import { E } from '../../../src/kernel/fp.ts';
import type { ProxyError } from '../../../src/kernel/proxy-error.ts';
import { secret } from '../../../src/kernel/secret.ts';
import type { ResponseBounds } from '../../../src/adapters/responses/kept-list.ts';
import type { ResponseMemory } from '../../../src/adapters/responses/response-memory.ts';
import type { Caller } from '../../../src/ports/capabilities.ts';
import { recordText } from '../../../src/ports/response-record.ts';
import type { FinishedResponse, ItemReferences, RecalledItems, ResponseRecord } from '../../../src/ports/response-store.ts';
import { freely } from '../capabilities.ts';
import { fakeClock, type FakeClock } from './fake-clock.ts';

export type MakeResponseStore = (bounds: ResponseBounds, clock: FakeClock) => Promise<ResponseMemory>;

/** Whoever presents this password. */
export const callerWith = (password: string, address = '127.0.0.1'): Caller => ({ address, credential: secret(password), isFromOwnNetwork: () => true });

const [alice, bob] = [callerWith('made-up-password-of-alice'), callerWith('made-up-password-of-bob')];

/** Room for all that a test keeps. */
export const roomy: ResponseBounds = { mostResponses: 100, mostBytes: 1_000_000, mostBytesEach: 100_000, longestMs: 3_600_000 };

type Item = Readonly<Record<string, unknown>>;

const message = (id: string, text: string): Item => ({ type: 'message', id, content: [{ type: 'text', text }] });

type Turn = { readonly id: string; readonly previous?: string | null; readonly text?: string; readonly caller?: Caller };

const isNoReference = (item: unknown): item is { readonly id: string } => {
  const { id, type, role } = item as Item;
  return typeof id === 'string' && type !== 'item_reference' && (type != null || role !== undefined);
};

/** A record as it is handed over to be kept. */
export const finished = (record: ResponseRecord): FinishedResponse => {
  const { input, response } = record;
  const { output = [], ...others } = response;
  const items = [...input, ...(output as readonly unknown[])].filter(isNoReference).map(({ id }) => id);
  const order = Object.fromEntries(Object.keys({ ...response, output }).map((name) => [name, name === 'output' ? [] : others[name]]));
  const text = recordText({ ...record, input: JSON.stringify(input), output: [JSON.stringify(output)], response: [JSON.stringify(order)], events: '[]' });
  return { id: record.id, previous: record.previous, items, text };
};

/** Keeps a response whose input and output say this text. */
export const keepTurn = async ({ keepResponse }: ResponseMemory, { id, previous = null, text = id, caller = alice }: Turn): Promise<void> =>
  keepResponse(
    finished({ id, created: 1_764_000_000, previous, input: [message(`in_${id}`, text)], response: { id, output: [message(`out_${id}`, text)], status: 'completed' } }),
    caller,
  );

const keepAll = async (store: ResponseMemory, turns: readonly Turn[]): Promise<void> => {
  for (const turn of turns) await keepTurn(store, turn);
};

const idsKept = async (store: ResponseMemory, ids: readonly string[], caller = alice): Promise<readonly string[]> => {
  const found = await Promise.all(ids.map(async (id) => store.findResponse(id, { caller, memory: freely })()));
  return found.flatMap((one) => (E.isRight(one) && one.right !== null ? [one.right.id] : []));
};

const recalled = (store: ResponseMemory, wish: Partial<ItemReferences>, caller = alice) =>
  store.recallItems({ previous: null, items: [], ...wish }, { caller, memory: freely })();

const recall = async (store: ResponseMemory, wish: Partial<ItemReferences>, caller = alice): Promise<RecalledItems> => {
  const history = await recalled(store, wish, caller);
  if (E.isLeft(history)) throw new Error(JSON.stringify(history.left));
  return history.right;
};

const lossOf = async (store: ResponseMemory, wish: Partial<ItemReferences>, caller = alice): Promise<unknown> => {
  const history = await recalled(store, wish, caller);
  return E.isLeft(history) ? history.left : 'found';
};

const lost = { tag: 'InvalidRequest', param: 'previous_response_id', code: 'previous_response_not_found' };

const numbered = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `resp_${at + 100}`);

const unknownItem = { tag: 'NotKept', param: 'input' };

type Make = (bounds?: Partial<ResponseBounds>, clock?: FakeClock) => Promise<ResponseMemory>;

const boundsOfStores = (t: Test, make: Make): void => {
  t.test('past so many responses the oldest go', async (t) => {
    const store = await make({ mostResponses: 3 });
    await keepAll(store, numbered(5).map((id) => ({ id })));
    t.same(await idsKept(store, numbered(5)), numbered(5).slice(2));
    t.equal((await store.use()).responses, 3);
  });

  t.test('past so many bytes the oldest go', async (t) => {
    const store = await make({ mostBytes: 40_000 });
    await keepAll(store, numbered(20).map((id) => ({ id, text: 'x'.repeat(1500) })));
    const { bytes, responses } = await store.use();
    t.ok(bytes <= 40_000 && responses > 2 && responses < 20, `${responses}: ${bytes}`);
    t.same(await idsKept(store, numbered(20)), numbered(20).slice(-responses));
  });

  t.test('one that is too large is not kept, and drives nothing out', async (t) => {
    const store = await make({ mostBytesEach: 5000 });
    await keepAll(store, [{ id: 'resp_a' }, { id: 'resp_b', text: 'x'.repeat(6000) }, { id: 'resp_c', text: '\n'.repeat(2000) }]);
    const input = numbered(60).map((id) => ({ id, type: 'reasoning' }));
    await store.keepResponse(finished({ id: 'resp_d', created: 1, previous: null, input, response: { output: [] } }), alice);
    t.same(await idsKept(store, ['resp_a', 'resp_b', 'resp_c', 'resp_d']), ['resp_a'], 'as text, and with what their ids take in the index');
  });

  t.test('what is too old is gone', async (t) => {
    const clock = fakeClock('2026-11-29T12:00:00Z');
    const store = await make({ longestMs: 60_000 }, clock);
    await keepTurn(store, { id: 'resp_a' });
    clock.advance(40_000);
    await keepTurn(store, { id: 'resp_b', previous: 'resp_a' });
    t.same(await idsKept(store, ['resp_a', 'resp_b']), ['resp_a', 'resp_b']);
    clock.advance(20_000);
    t.same(await idsKept(store, ['resp_a', 'resp_b']), ['resp_b']);
    t.match(await lossOf(store, { previous: 'resp_b' }), lost, 'and so is the history that rests on it');
    t.match(await lossOf(store, { items: ['out_resp_a'] }), unknownItem);
  });

  t.test('one address that keeps whatever there is room for takes nothing from another with the same password', async (t) => {
    const greedy = callerWith('made-up-password-of-alice', '198.51.100.7');
    for (const [bounds, text] of [[{ mostResponses: 30 }, 'short'], [{ mostResponses: 5000, mostBytes: 1_000_000 }, 'x'.repeat(1000)], [{ mostResponses: 5000, mostBytes: 1_000_000 }, 'x'.repeat(20_000)], [{ mostResponses: 5000, mostBytes: 1_000_000 }, 'x'.repeat(45_000)]] as const) {
      const store = await make(bounds);
      const own = numbered(5).map((id) => `own_${id}`);
      for (const [at, id] of numbered(100).entries()) {
        for (let each = 0; each < own.length; each += 1) await keepTurn(store, { id: `any_${each}_${id}`, text, caller: greedy });
        const next = own[at / 20];
        if (next !== undefined) await keepTurn(store, { id: next, previous: own[at / 20 - 1] ?? null });
      }
      t.same(await idsKept(store, own), own, `${text.length} characters`);
      t.equal((await recall(store, { previous: own.at(-1) ?? '' })).before.length, 10, 'the whole chain');
      t.ok((await idsKept(store, ['any_4_resp_199'])).length === 1, 'who holds most keeps the newest');
      const { responses, bytes } = await store.use();
      t.ok(responses === 30 || (bytes > 700_000 && bytes <= 1_000_000), `${responses} take ${bytes}`);
    }
  });

  t.test('10,000 responses leave the store within its bounds, and so do large ones', async (t) => {
    const store = await make({ mostResponses: 1000, mostBytes: 4_000_000 });
    await keepAll(store, numbered(10_000).map((id) => ({ id })));
    t.equal((await store.use()).responses, 1000);
    await store.removeResponse('resp_10099', alice);
    await keepAll(store, numbered(150).map((id) => ({ id: `large_${id}`, text: 'x'.repeat(40_000) })));
    t.ok((await store.use()).bytes <= 4_000_000 && (await store.use()).responses > 2, JSON.stringify(await store.use()));
  });
};

/** What every store of responses keeps to. */
export const responseStoreContract = (t: Test, makeStore: MakeResponseStore): void => {
  const make: Make = (bounds = {}, clock = fakeClock('2026-11-29T12:00:00Z')) => makeStore({ ...roomy, ...bounds }, clock);

  t.test('a response is found as it was', async (t) => {
    const store = await make();
    const response = { id: 'resp_1', model: 'm', output: [message('out_1', 'text')], usage: null };
    const record = { id: 'resp_1', created: 1_764_000_000, previous: 'resp_0', input: [message('in_1', 'half a character: \ud83d'), { role: 'user' }], response };
    t.same(await idsKept(store, ['resp_1']), []);
    await store.keepResponse(finished(record), alice);
    const found = await store.findResponse('resp_1', { caller: alice, memory: freely })();
    t.same(found, E.right({ ...record, events: [] }));
    t.same(E.isRight(found) ? Object.keys(found.right?.response ?? {}) : [], Object.keys(response), 'in the same order');
    t.same(await idsKept(store, ['__proto__', '']), []);
  });

  t.test('what one caller made is not there for another', async (t) => {
    const store = await make();
    await keepTurn(store, { id: 'resp_1' });
    t.same(await idsKept(store, ['resp_1'], bob), []);
    t.match(await lossOf(store, { previous: 'resp_1' }, bob), lost);
    t.match(await lossOf(store, { items: ['out_resp_1'] }, bob), unknownItem);
    t.equal(await store.removeResponse('resp_1', bob), false);
    await keepTurn(store, { id: 'resp_1', text: 'of bob', caller: bob });
    t.match((await recall(store, { previous: 'resp_1' })).before[0], message('in_resp_1', 'resp_1'), 'an id of the same name takes nothing away');
  });

  t.test('a removed response is gone, with its items', async (t) => {
    const store = await make();
    await keepTurn(store, { id: 'resp_1' });
    t.equal(await store.removeResponse('resp_1', alice), true);
    t.equal(await store.removeResponse('resp_1', alice), false);
    t.same(await idsKept(store, ['resp_1']), []);
    t.match(await lossOf(store, { items: ['out_resp_1'] }), unknownItem);
    t.equal((await store.use()).bytes, 0);
  });

  t.test('a chain is read from its first turn on, and never shortened', async (t) => {
    const store = await make();
    await keepAll(store, [{ id: 'resp_1' }, { id: 'resp_2', previous: 'resp_1' }, { id: 'resp_3', previous: 'resp_2' }]);
    const { before } = await recall(store, { previous: 'resp_3' });
    t.match(before, ['in_resp_1', 'out_resp_1', 'in_resp_2', 'out_resp_2', 'in_resp_3', 'out_resp_3'].map((id) => ({ id })));
    await store.removeResponse('resp_1', alice);
    t.match(await lossOf(store, { previous: 'resp_3' }), lost);
    t.match(await lossOf(store, { previous: 'resp_never' }), lost);
  });

  t.test('a chain that leads back into itself is no chain', async (t) => {
    const store = await make();
    await keepAll(store, [{ id: 'resp_1', previous: 'resp_2' }, { id: 'resp_2', previous: 'resp_1' }]);
    t.match(await lossOf(store, { previous: 'resp_2' }), lost);
  });

  t.test('items are found by their id, of input and output, the newest of a name', async (t) => {
    const store = await make();
    await keepAll(store, [{ id: 'resp_1', text: 'old' }, { id: 'resp_2' }]);
    await store.keepResponse(finished({ id: 'resp_3', created: 1, previous: null, input: [message('in_resp_1', 'new')], response: {} }), alice);
    const { byId } = await recall(store, { items: ['in_resp_1', 'out_resp_2'] });
    t.same([...byId.keys()].toSorted(), ['in_resp_1', 'out_resp_2']);
    t.same(byId.get('in_resp_1'), message('in_resp_1', 'new'));
    t.match(await lossOf(store, { items: ['out_resp_2', 'out_never'] }), { ...unknownItem, message: /'out_never'/ });
  });

  t.test('what an earlier turn referred to stands in the chain itself', async (t) => {
    const store = await make();
    await keepAll(store, [{ id: 'resp_1' }]);
    const input = [{ type: 'item_reference', id: 'out_resp_1' }, { id: 'in_resp_1' }, { type: null, id: 'in_resp_1' }, { role: 'user', content: 'a' }];
    await store.keepResponse(finished({ id: 'resp_2', created: 1, previous: null, input, response: {} }), alice);
    const { before } = await recall(store, { previous: 'resp_2' });
    t.same(before, [message('out_resp_1', 'resp_1'), message('in_resp_1', 'resp_1'), message('in_resp_1', 'resp_1'), { role: 'user', content: 'a' }]);
    await store.removeResponse('resp_1', alice);
    t.match(await lossOf(store, { previous: 'resp_2' }), unknownItem);
  });

  t.test('what is read is reserved first', async (t) => {
    const store = await make();
    await keepTurn(store, { id: 'resp_1', text: 'x'.repeat(5000) });
    const taken: number[] = [];
    const busy: ProxyError = { tag: 'Busy', message: 'full' };
    const memory = {
      ...freely,
      take: (bytes: number) => {
        taken.push(bytes);
        return busy;
      },
    };
    t.same(await store.findResponse('resp_1', { caller: alice, memory })(), E.left(busy));
    t.same(await store.recallItems({ previous: 'resp_1', items: [] }, { caller: alice, memory })(), E.left(busy));
    t.ok(taken.length === 2 && taken.every((bytes) => bytes > 20_000), String(taken));
  });

  t.test('an item that is named again is reserved each time', async (t) => {
    const store = await make();
    await keepTurn(store, { id: 'resp_1', text: 'x'.repeat(5000) });
    const reservedFor = async (wish: Partial<ItemReferences>): Promise<number> => {
      let sum = 0;
      const memory = { ...freely, take: (bytes: number) => ((sum += bytes), null) };
      await store.recallItems({ previous: null, items: [], ...wish }, { caller: alice, memory })();
      return sum;
    };
    const once = await reservedFor({ items: ['in_resp_1'] });
    t.equal(await reservedFor({ items: ['in_resp_1', 'out_resp_1'] }), once, 'what was read together is reserved together');
    t.ok((await reservedFor({ items: Array.from({ length: 11 }, () => 'in_resp_1') })) >= once + 10 * 20_000);
    t.ok((await reservedFor({ previous: 'resp_1', items: ['in_resp_1'] })) >= once + 20_000, 'also one that stands in the chain');
  });

  t.test('a large response is read as it was written', async (t) => {
    const store = await make({ mostBytes: 20_000_000, mostBytesEach: 15_000_000 });
    const input = numbered(5000).map((id) => message(id, 'some words of a long conversation'));
    const record = { id: 'resp_1', created: 1, previous: null, input, response: { id: 'resp_1', output: input } };
    await store.keepResponse(finished(record), alice);
    t.strictSame(await store.findResponse('resp_1', { caller: alice, memory: freely })(), E.right({ ...record, events: [] }));
  });

  t.test('bounds', async (t) => boundsOfStores(t, make));
};
