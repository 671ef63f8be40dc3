import t from 'tap';
import { E } from '../../../src/kernel/fp.ts';
import { noResponses } from '../../../src/adapters/responses/no-responses.ts';
import { responseMemory } from '../../../src/adapters/responses/response-memory.ts';
import { freely } from '../../support/capabilities.ts';
import { callerWith, finished, responseStoreContract } from '../../support/contracts/response-store-contract.ts';

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
