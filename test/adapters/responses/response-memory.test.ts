import fc from 'fast-check';
import t from 'tap';
import { E } from '../../../src/kernel/fp.ts';
import { noResponses } from '../../../src/adapters/responses/no-responses.ts';
import { responseMemory } from '../../../src/adapters/responses/response-memory.ts';
import { freely } from '../../support/capabilities.ts';
import { inputItemId, outputItemId, responseId, responseOfItem } from '../../../src/openai/responses/item-ids.ts';
import { callerWith, finished, responseStoreContract, roomy } from '../../support/contracts/response-store-contract.ts';

t.test('responses in memory', async (t) => responseStoreContract(t, async (bounds, { now }) => responseMemory(bounds, { now })));

t.test('a store that is off keeps nothing, and says so', async (t) => {
  const caller = callerWith('made-up');
  const asker = { caller, memory: freely };
  await noResponses.keepResponse(finished({ id: 'resp_1', created: 1, previous: null, input: [], response: {} }), caller);
  t.same(await noResponses.findResponse('resp_1', asker)(), E.right(null));
  t.equal(await noResponses.removeResponse('resp_1', caller), false);
  t.match(await noResponses.recallItems({ previous: 'resp_1', items: [] }, asker)(), E.left({ code: 'previous_response_not_found' }));
  t.match(await noResponses.recallItems({ previous: null, items: ['msg_1'] }, asker)(), E.left({ tag: 'NotKept' }));
  t.match(await noResponses.recallItems({ previous: null, items: [] }, asker)(), E.right({ before: [] }));
});

t.test('an item whose id tells its response is found by that, and is lost where it is not in it', async (t) => {
  const store = responseMemory(roomy, { now: () => 1, responseOf: responseOfItem });
  const caller = callerWith('made-up');
  const asker = { caller, memory: freely };
  const [said, asked] = [outputItemId('msg', 'abc1', 0), inputItemId('msg', 'abc1', 0)];
  const record = { id: responseId('abc1'), created: 1, previous: null, input: [{ type: 'message', id: asked }], response: { output: [{ type: 'message', id: said }] } };
  await store.keepResponse({ ...finished(record), items: [] }, caller);
  const found = await store.recallItems({ previous: null, items: [said, asked] }, asker)();
  t.same(E.isRight(found) ? [...found.right.byId.keys()].toSorted() : found.left, [said, asked].toSorted());
  for (const lost of ['msg_abc1_1', 'msg_abc1_i1', 'msg_abc2_0', 'msg_abc1', '', 'resp_abc1']) {
    t.match(await store.recallItems({ previous: null, items: [said, lost] }, asker)(), E.left({ tag: 'NotKept', param: 'input' }), lost);
  }
  t.match(await store.recallItems({ previous: null, items: [said] }, { ...asker, caller: callerWith('of another') })(), E.left({ tag: 'NotKept' }));
});

t.test('whatever is kept and removed, by whom and however large, is found as it was, or is gone', async (t) => {
  const turn = fc.record({ from: fc.constantFrom('192.0.2.1', '192.0.2.2', '198.51.100.7'), length: fc.constantFrom(10, 300, 3000, 40_000), isRemoved: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(turn, { maxLength: 60 }), async (turns) => {
      const store = responseMemory({ ...roomy, mostResponses: 20, mostBytes: 150_000 }, { now: () => 1 });
      const asker = { caller: callerWith('made-up'), memory: freely };
      const kept = turns.map(({ length }, at) => ({ id: `resp_${at}`, created: at, previous: null, input: [{ role: 'user', content: `${at} é `.repeat(length / 10) }], response: { output: [] } }));
      for (const [at, { from, isRemoved }] of turns.entries()) {
        const record = kept[at];
        if (record === undefined) continue;
        await store.keepResponse(finished(record), callerWith('made-up', from));
        t.match(await store.findResponse(record.id, asker)(), E.right(record), 'what has just come');
        if (isRemoved) await store.removeResponse(`resp_${Math.floor(at / 2)}`, asker.caller);
      }
      let count = 0;
      for (const record of kept) {
        const found = await store.findResponse(record.id, asker)();
        if (E.isRight(found) && found.right === null) continue;
        t.match(found, E.right(record));
        count += 1;
      }
      const { responses, bytes } = await store.use();
      t.equal(responses, count);
      t.ok(responses <= 20 && bytes <= 150_000, `${bytes}`);
      for (const { id } of kept) await store.removeResponse(id, asker.caller);
      t.same(await store.use(), { bytes: 0, responses: 0 });
    }),
  );
});

t.test('what was removed counts for as long as it is there: its neighbours soon move together', async (t) => {
  const caller = callerWith('made-up');
  const store = responseMemory({ ...roomy, mostResponses: 100_000, mostBytes: 2 * 1024 ** 2 }, { now: () => 1 });
  const keep = (id: string): unknown =>
    store.keepResponse(finished({ id, created: 1, previous: null, input: [{ role: 'user', content: 'x'.repeat(1000) }], response: {} }), caller);
  const ids = Array.from({ length: 4000 }, (_, at) => `resp_${at}`);
  for (const id of ids) {
    keep(id);
    if (!id.endsWith('00')) await store.removeResponse(id, caller);
  }
  const { bytes, responses } = await store.use();
  t.equal(responses, 39);
  t.ok(bytes > 40_000 && bytes < 120_000, `${bytes} bytes`);
  for (let at = 100; at < 4000; at += 100) t.match(await store.findResponse(`resp_${at}`, { caller, memory: freely })(), E.right({ id: `resp_${at}` }));
  for (const id of ids) await store.removeResponse(id, caller);
  t.same(await store.use(), { bytes: 0, responses: 0 });
});
