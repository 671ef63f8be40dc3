import fc from 'fast-check';
import t from 'tap';
import { bytesBehind } from '../../support/bytes-behind.ts';
import { E } from '../../../src/kernel/fp.ts';
import { readFrame } from '../../../src/gemini/frame.ts';
import type { Frame } from '../../../src/gemini/response.ts';
import { replayEvents } from '../../../src/openai/responses/kept/event-cuts.ts';
import { frame, stop } from '../../support/chat.ts';
import { recordedFrames, replayed } from '../../support/replay-server.ts';
import { skipWithoutRecordings } from '../../support/recordings.ts';
import { eventsIn, plainStore, responseWriter, wholeResponse, type Json } from '../../support/responses.ts';

type Both = { readonly told: readonly Json[]; readonly again: (from?: number) => readonly Json[]; readonly bytes: number };

/** A stream as it was told, with so many heartbeats after each frame, and as it is told again from what was kept. */
const toldTwice = async (request: Json, frames: readonly Frame[], beats = 0): Promise<Both | null> => {
  const store = plainStore();
  const writer = await responseWriter(request, { store });
  const pieces = frames.flatMap((one) => [writer.write([one]), ...Array.from({ length: beats }, writer.heartbeat)]);
  const end = writer.end();
  if (E.isLeft(end)) return null;
  await end.right.keep?.();
  const [record] = store.kept;
  if (record === undefined) return null;
  const again = (from = 0): readonly Json[] => [...replayEvents(record.response, record.events ?? [], from)];
  return { told: eventsIn(String(bytesBehind(pieces.join(''), end.right.value))), again, bytes: JSON.stringify(record.events).length };
};

const tools = [
  { type: 'function', name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
  { type: 'custom', name: 'note' },
  { type: 'web_search' },
];

const frames: readonly Frame[] = [
  frame([{ text: 'Let me think', thought: true }]),
  frame([{ text: ' more', thought: true }]),
  frame([{ text: 'half 👋🏽 ' }]),
  frame([{ text: 'and the rest' }]),
  frame([{ functionCall: { name: 'weather', args: { city: 'Paris' } }, thoughtSignature: 'c2ln' }]),
  frame([{ functionCall: { name: 'note', args: { input: 'two\nlines' } } }]),
  frame([{ executableCode: { language: 'PYTHON', code: 'print(1)' } }, { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1' } }]),
  frame([{ text: 'after' }], stop),
];

const asking = { reasoning: { summary: 'auto' }, tools, instructions: 'Be short.' };

t.test('a stream of every kind of item is told again as it was, heartbeats too', async (t) => {
  for (const beats of [0, 5]) {
    const both = await toldTwice(asking, frames, beats);
    t.ok((both?.told.length ?? 0) > 25, String(both?.told.length));
    t.same(both?.again(), both?.told);
    t.same(both?.again(7), both?.told.slice(7));
    t.same(both?.again(10_000), []);
  }
});

const surely = (token: string) => ({ topCandidates: [{ candidates: [{ token, logProbability: -0.1 }] }], chosenCandidates: [{ token, logProbability: -0.1 }] });

t.test('pieces with what is told of their tokens, and others between them, are told again', async (t) => {
  const logged = { ...asking, include: ['message.output_text.logprobs'], top_logprobs: 1 };
  const some = [frame([{ text: 'one ' }]), frame([{ text: 'two ' }], { logprobsResult: surely('two ') }), frame([{ text: 'three' }]), frame([{ text: '.' }], stop)];
  const both = await toldTwice(logged, some);
  t.ok(JSON.stringify(both?.told).includes('"logprob":-0.1'));
  t.same(both?.again(), both?.told);
});

t.test('whatever pieces a text comes in, it is told again in the same ones', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: 'binary', minLength: 1 }), { minLength: 1, maxLength: 20 }), fc.boolean(), async (texts, thinks) => {
      const both = await toldTwice(asking, [...texts.map((text) => frame([{ text, ...(thinks ? { thought: true } : {}) }])), frame([{ text: '.' }], stop)]);
      return both !== null && JSON.stringify(both.again()) === JSON.stringify(both.told);
    }),
    { numRuns: 100 },
  );
});

t.test('how a long stream was cut takes a few bytes a piece', async (t) => {
  const both = await toldTwice({}, [...Array.from({ length: 1000 }, () => frame([{ text: 'some words of an answer ' }])), frame([{ text: '.' }], stop)]);
  t.ok((both?.bytes ?? Infinity) < 6000, String(both?.bytes));
});

t.test('a response that was answered whole can be told as a stream', async (t) => {
  const store = plainStore();
  const whole = await wholeResponse(asking, frames, { store });
  const events = [...replayEvents(store.kept[0]?.response ?? {}, store.kept[0]?.events ?? [], 0)];
  t.same(events.at(-1), { type: 'response.completed', sequence_number: events.length - 1, response: whole });
  t.same(events.map((event) => event['sequence_number']), events.map((_, at) => at));
});

t.test('every recorded answer is told again as it was', { skip: skipWithoutRecordings() }, async (t) => {
  let count = 0;
  for (const recording of replayed) {
    const read = recordedFrames(recording.response.body).map(readFrame);
    const good = read.flatMap((one) => (one.kind === 'frame' ? [one.frame] : []));
    const both = await toldTwice(asking, good);
    if (both === null) continue;
    count += 1;
    if (JSON.stringify(both.again()) !== JSON.stringify(both.told)) t.same(both.again(), both.told, recording.name);
  }
  t.ok(count > 50, `${count} were kept`);
});
