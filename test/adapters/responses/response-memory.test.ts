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

t.test('what was removed counts for as long as it is there: with its neighbours', async (t) => {
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
  t.ok(bytes > 1024 ** 2 && bytes <= 2 * 1024 ** 2, `${bytes} bytes`);
  t.ok(responses > 10 && responses < 30, `${responses} of 40: the oldest went with what they held`);
  for (const id of ids) await store.removeResponse(id, caller);
  t.same(await store.use(), { bytes: 0, responses: 0 });
});
