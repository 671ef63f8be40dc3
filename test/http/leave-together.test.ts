import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';
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

/** So many requests at work, which are all answered in one tick by `open`; `responses` are the server's own. */
const heldRequests = async (t: Test, requests: number, on = (): void => undefined) => {
  const { until, open } = gate();
  const responses: ServerResponse[] = [];
  const note = (message: unknown): void => {
    const { response } = message as { readonly response: ServerResponse };
    responses.push(response);
  };
  let begun = 0;
  const handle = () => async () => {
    begun += 1;
    await until;
    return TE.right(json(200, { held: true }))();
  };
  subscribe('http.server.request.start', note);
  subscribe('http.server.response.finish', on);
  t.teardown(() => unsubscribe('http.server.response.finish', on));
  const server = await serving(t, [{ method: 'GET', pattern: '/held', handle }]);
  const wires = Array.from({ length: requests }, () => wire(server.port));
  for (const { send } of wires) {
    send('GET /held HTTP/1.1\r\nhost: x\r\n\r\n');
    // One behind the other, so that responses and wires stand in one order.
    const before = begun;
    await eventually(() => begun > before);
  }
  unsubscribe('http.server.request.start', note);
  return { ...server, open, wires, responses };
};

/** Answers so many requests in one tick: what came first, the end of each answer or that of the turn. */
const answeredAtOnce = async (t: Test, requests: number): Promise<readonly string[]> => {
  const seen: string[] = [];
  const { open, wires } = await heldRequests(t, requests, () => void seen.push('ended'));
  open();
  setImmediate(() => seen.push('turn'));
  for (const { until: came } of wires) await came('{"held":true}');
  await eventually(() => seen.includes('turn'));
  return seen;
};

t.test('the server lets answers leave so, and whoever is alone at once', async (t) => {
  t.same(await answeredAtOnce(t, 1), ['ended', 'turn']);
  t.same(await answeredAtOnce(t, 5), ['turn', 'ended', 'ended', 'ended', 'ended', 'ended']);
});

t.test('a connection that is gone when its answer is to leave keeps nobody else from theirs', async (t) => {
  const { open, wires, responses, lines } = await heldRequests(t, 4);
  open();
  setImmediate(() => responses[1]?.socket?.destroy());
  for (const [at, { until: came }] of wires.entries()) if (at !== 1) await came('{"held":true}');
  await eventually(() => lines.length === 4);
  t.same(lines.map(({ message }) => message).toSorted(), ['client gone', 'request', 'request', 'request']);
});

t.test('an answer whose end throws is told as a defect, and keeps nobody else from theirs', async (t) => {
  const { open, wires, responses, lines } = await heldRequests(t, 4);
  const [, odd] = responses;
  if (odd === undefined) throw new Error('no response');
  odd.end = () => {
    throw new Error('no end');
  };
  open();
  for (const [at, { until: came }] of wires.entries()) if (at !== 1) await came('{"held":true}');
  await eventually(() => lines.length === 5);
  t.same(lines.map(({ message }) => message).toSorted(), ['client gone', 'defect', 'request', 'request', 'request']);
  t.equal(lines.find(({ message }) => message === 'client gone')?.facts['error'], 'Defect');
});

t.test('what waits leaves though the server is told to stop in between', async (t) => {
  const { open, wires, lines, server } = await heldRequests(t, 4);
  open();
  setImmediate(() => void server.stop(60_000));
  for (const { until: came } of wires) await came('{"held":true}');
  await eventually(() => lines.length === 4);
  t.ok(lines.every(({ facts }) => facts['status'] === 200));
});
