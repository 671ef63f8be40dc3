import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t from 'tap';
import { E, TE } from '../../src/kernel/fp.ts';
import type { FrameStream } from '../../src/ports/capabilities.ts';
import { chatDialect } from '../../src/openai/chat/dialect.ts';
import { serve } from '../../src/pipeline/serve.ts';
import type { Portion } from '../../src/ports/memory.ts';
import { freely, happyCapabilities, receivedWith, textFrame } from '../support/capabilities.ts';
import { gate } from '../support/pollux.ts';

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
