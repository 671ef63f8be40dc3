import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setImmediate as nextTurn } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { TE } from '../../src/kernel/fp.ts';
import { leaveTogether } from '../../src/http/leave-together.ts';
import { json } from '../../src/ports/reply.ts';
import { gate } from '../support/pollux.ts';
import { eventually, serving, wire } from '../support/serving.ts';

/** Runs three things that are told apart, and notes when each of them ran. */
const three = (atWork: () => number) => {
  const ran: string[] = [];
  const leave = leaveTogether(atWork);
  for (const name of ['one', 'two', 'three']) leave(() => ran.push(name));
  return { ran, leave };
};

t.test('who is next to alone does not wait', (t) => {
  t.same(three(() => 1).ran, ['one', 'two', 'three']);
  t.same(three(() => 2).ran, ['one', 'two', 'three']);
  t.end();
});

t.test('what ends in one turn leaves at its end, in order, beside others at work', async (t) => {
  const { ran, leave } = three(() => 3);
  t.same(ran, []);
  await nextTurn();
  t.same(ran, ['one', 'two', 'three']);
  leave(() => ran.push('four'));
  t.same(ran.length, 3);
  await nextTurn();
  t.same(ran, ['one', 'two', 'three', 'four']);
});

t.test('nothing overtakes what waits, and what is let go meanwhile leaves in the next turn', async (t) => {
  let atWork = 9;
  const ran: string[] = [];
  const leave = leaveTogether(() => atWork);
  leave(() => {
    ran.push('one');
    atWork = 9;
    leave(() => ran.push('three'));
  });
  atWork = 1;
  leave(() => ran.push('two'));
  t.same(ran, []);
  await nextTurn();
  t.same(ran, ['one', 'two']);
  await nextTurn();
  t.same(ran, ['one', 'two', 'three']);
});

/** Answers so many requests in one tick: what came first, the end of each answer or that of the turn. */
const answeredAtOnce = async (t: Test, requests: number): Promise<readonly string[]> => {
  const { until, open } = gate();
  const seen: string[] = [];
  const handle = () => async () => {
    seen.push('begun');
    await until;
    return TE.right(json(200, { held: true }))();
  };
  const { port } = await serving(t, [{ method: 'GET', pattern: '/held', handle }]);
  const wires = Array.from({ length: requests }, () => wire(port));
  for (const { send } of wires) send('GET /held HTTP/1.1\r\nhost: x\r\n\r\n');
  await eventually(() => seen.length === requests);
  const noteEnd = (): void => void seen.push('ended');
  subscribe('http.server.response.finish', noteEnd);
  open();
  setImmediate(() => seen.push('turn'));
  for (const { until: came } of wires) await came('{"held":true}');
  await eventually(() => seen.includes('turn'));
  unsubscribe('http.server.response.finish', noteEnd);
  return seen.slice(requests);
};

t.test('the server lets answers leave so, and whoever is alone at once', async (t) => {
  t.same(await answeredAtOnce(t, 1), ['ended', 'turn']);
  t.same(await answeredAtOnce(t, 5), ['turn', 'ended', 'ended', 'ended', 'ended', 'ended']);
});
