import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t from 'tap';
import { E, TE } from '../../src/kernel/fp.ts';
import type { Frame } from '../../src/gemini/response.ts';
import type { FrameStream } from '../../src/ports/capabilities.ts';
import { chatDialect } from '../../src/openai/chat/dialect.ts';
import { responsesDialect } from '../../src/openai/responses/dialect.ts';
import { serve } from '../../src/pipeline/serve.ts';
import type { Portion } from '../../src/ports/memory.ts';
import { freely, happyCapabilities, receivedWith, textFrame } from '../support/capabilities.ts';
import { gate } from '../support/pollux.ts';
import { eventsIn, plainStore, type Json } from '../support/responses.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const settings = {
  systemPromptMode: 'instruction',
  historyImages: 'last',
  modelAliases: new Map<string, string>(),
  extraModels: [],
  keepAliveMs: 0,
  imageReplyFormat: 'markdown',
} as const;

const settled = async (): Promise<void> => {
  for (let count = 0; count < 5; count += 1) await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
};

/** A chat dialect that tells which of its values are still there. */
const remembered = () => {
  const refs = new Map<string, WeakRef<object>>();
  const dialect = chatDialect(settings);
  const spied: typeof dialect = {
    ...dialect,
    decode: (body) => {
      const asked = dialect.decode(body);
      if (E.isRight(asked)) refs.set('request', new WeakRef(asked.right));
      return asked;
    },
    translate: (asked, context) => {
      const plan = dialect.translate(asked, context);
      if (E.isRight(plan)) refs.set('call', new WeakRef(plan.right.call.body));
      return plan;
    },
  };
  return { dialect: spied, alive: () => [...refs].flatMap(([name, ref]) => (ref.deref() === undefined ? [] : [name])) };
};

type Row = readonly [what: string, model: string, over: object, kept: readonly string[], lettingGo: number];

const rows: readonly Row[] = [
  ['one stream', 'gemini-2.5-flash', { stream: true }, [], 1],
  ['several choices', 'gemini-3-flash-preview', { stream: true, n: 3 }, [], 1],
  ['a model that may be asked to go on', 'gemini-4-argon', { stream: true }, ['call'], 0],
];

t.test('once no try can need the request any more, it is let go, though its answer goes on', async (t) => {
  for (const [what, model, over, kept, lettingGo] of rows) {
    const { dialect, alive } = remembered();
    const done = gate();
    const lets = { count: 0 };
    const request: Portion = { ...freely, letGo: () => (lets.count += 1) };
    async function* slow(): FrameStream {
      yield [textFrame('begun')];
      await done.until;
      yield [textFrame('ended', 'STOP')];
    }
    const body = { model, messages: [{ role: 'user', content: 'Hello' }], ...over };
    const reply = await serve({ ...happyCapabilities, openGemini: () => TE.right(slow()) }, dialect, settings)(receivedWith(body, { held: { request, answer: freely } }))();
    if (E.isLeft(reply) || reply.right.kind !== 'streamed') return t.fail(what);
    const { tail } = reply.right;
    t.match((await tail.next()).value, /begun/, what);
    await settled();
    t.same(alive(), kept, what);
    t.equal(lets.count, lettingGo, what);
    done.open();
    let rest = '';
    for await (const text of tail) rest += String(text);
    t.match(rest, /ended/, what);
  }
});

const parted = (part: object): Frame => ({ candidates: [{ content: { parts: [part] } }] });
const grounded = (groundingMetadata: object): Frame => ({ candidates: [{ content: { parts: [{ text: 'a' }] }, groundingMetadata }] });
const kibibyte = 1024;
const long = 'x'.repeat(40 * kibibyte);

/** What comes fifty times, and the request that asks for it; 2 MB of it are kept until `response.completed`. */
const keeping: readonly (readonly [what: string, frame: Frame, asks: Json])[] = [
  ['text', textFrame(long), {}],
  ['thoughts', parted({ text: long, thought: true }), { reasoning: { summary: 'auto' } }],
  ['calls', parted({ functionCall: { name: 'f', args: { a: long } } }), { tools: [{ type: 'function', name: 'f', parameters: {} }] }],
  ["calls of OpenAI's own tools", parted({ functionCall: { name: 'local_shell', args: { command: [long] } } }), { tools: [{ type: 'local_shell' }] }],
  ['signatures', parted({ functionCall: { name: 'f', args: {} }, thoughtSignature: 'AAAA'.repeat(10 * kibibyte) }), { tools: [{ type: 'function', name: 'f', parameters: {} }] }],
  ['pictures', parted({ inlineData: { mimeType: 'image/png', data: 'AAAA'.repeat(10 * kibibyte) } }), { model: 'gemini-3.1-flash-image' }],
  ['code', parted({ executableCode: { language: 'PYTHON', code: long } }), { tools: [{ type: 'code_interpreter', container: 'c' }] }],
  ['queries', grounded({ webSearchQueries: [long] }), { tools: [{ type: 'web_search' }] }],
  ['sources', grounded({ groundingChunks: [{ web: { uri: `https://a.example/${long}`, title: 'a' } }] }), { tools: [{ type: 'web_search' }] }],
];

/** Streams a response, with so much memory. */
const streamed = async (frames: readonly Frame[], asks: Json, most: number): Promise<{ readonly events: readonly Json[]; readonly held: number }> => {
  const state = { held: 0 };
  const answer: Portion = {
    ...freely,
    take: (bytes) => {
      if (state.held + bytes > most) return { tag: 'Busy', message: 'full' };
      state.held += bytes;
      return null;
    },
  };
  async function* all(): FrameStream {
    for (const frame of frames) yield [frame];
  }
  const dialect = responsesDialect(settings, plainStore());
  const body = { model: 'gemini-3.5-flash', input: 'Hello', stream: true, store: false, ...asks };
  const reply = await serve({ ...happyCapabilities, openGemini: () => TE.right(all()) }, dialect, settings)(receivedWith(body, { held: { request: freely, answer } }))();
  if (E.isLeft(reply) || reply.right.kind !== 'streamed') throw new Error(JSON.stringify(reply));
  let text = '';
  for await (const piece of reply.right.tail) text += String(piece);
  return { events: eventsIn(text), held: state.held };
};

t.test('what a writer keeps of a stream until its end is reserved, and without memory for it the stream fails', async (t) => {
  for (const [what, frame, asks] of keeping) {
    const frames = [...Array.from({ length: 50 }, () => frame), textFrame('.', 'STOP')];
    const free = await streamed(frames, asks, Infinity);
    t.equal(free.events.at(-1)?.['type'], 'response.completed', what);
    t.ok(free.held > 50 * 40 * kibibyte, `${what}: ${free.held} bytes are reserved`);
    t.ok(free.held < 6 * 50 * 40 * kibibyte + 256 * kibibyte, `${what}: ${free.held} bytes are not too many`);
    const { events, held } = await streamed(frames, asks, 1024 * kibibyte);
    t.match(events.at(-1), { type: 'response.failed', response: { status: 'failed', error: { message: 'full' } } }, what);
    t.ok(held <= 1024 * kibibyte, what);
    t.ok(events.length < free.events.length, 'it ends where the memory did');
  }
});

t.test('of short answers nothing is reserved, of tiny pieces little more than they are', async (t) => {
  const hello = await streamed([textFrame('hello', 'STOP')], {}, 0);
  t.equal(hello.events.at(-1)?.['type'], 'response.completed');
  const pieces = await streamed([...Array.from({ length: 20_000 }, () => textFrame('word')), textFrame('.', 'STOP')], {}, Infinity);
  t.ok(pieces.held > 20_000 * 4 && pieces.held < 2 * 1024 * kibibyte, String(pieces.held));
});

t.test('what is held of a request for its response is reserved before, streamed', async (t) => {
  const frames = [textFrame('hello', 'STOP')];
  t.equal((await streamed(frames, { input: long.repeat(10) }, Infinity)).held, 0);
  for (const asks of [{ input: long.repeat(10), store: true }, { instructions: long.repeat(10) }]) {
    t.ok((await streamed(frames, asks, Infinity)).held > 400 * kibibyte, 'for the store, and for what is repeated');
  }
});

t.test('a stream that would keep more than 64 MiB ends, as a whole answer does', async (t) => {
  const mebibyte = 'x'.repeat(1024 * kibibyte);
  const { events } = await streamed([...Array.from({ length: 66 }, () => parted({ functionCall: { name: 'f', args: { a: mebibyte } } })), textFrame('.', 'STOP')], { tools: [{ type: 'function', name: 'f', parameters: {} }] }, Infinity);
  t.equal(events.at(-1)?.['type'], 'response.failed');
});
