import { Server } from 'node:net';
import process from 'node:process';
import t from 'tap';
import { rehearse, type Rehearsed } from '../../src/compose/rehearsal/rehearse.ts';
import { openaiDoor } from '../../src/compose/doors.ts';
import type { Handler } from '../../src/http/route.ts';
import { E } from '../../src/kernel/fp.ts';
import { chatDialect } from '../../src/openai/chat/dialect.ts';
import { serve } from '../../src/pipeline/serve.ts';
import type { Capabilities } from '../../src/ports/capabilities.ts';
import type { TranslationSettings } from '../../src/wire/translation-settings.ts';
import { happyCapabilities } from '../support/capabilities.ts';
import { eventually } from '../support/serving.ts';

const settings: TranslationSettings = { systemPromptMode: 'leading', historyImages: 'last', imageReplyFormat: 'data-url', modelAliases: new Map() };

/** What reaches Gemini, a key, a limit, the log or the disk, and who was told so. */
const told: string[] = [];
const outward = [
  'checkCaller', 'takePermit', 'findThings', 'leaseKey', 'reportKey', 'enterModel', 'openGemini', 'askGemini', 'listModels',
  'keepImage', 'fetchMedia', 'findEncoder', 'rememberSignature', 'log',
];
const watched: Capabilities = {
  ...happyCapabilities,
  recallSignatures: () => new Map(),
  now: Date.now,
  ...Object.fromEntries(outward.map((name) => [name, () => told.push(name)])),
};

const openServers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length;

/** Rehearses a handler; gives what it was asked and whether V8 was told to learn, in order. */
const rehearsed = async (make: Rehearsed['serve']): Promise<readonly boolean[]> => {
  const learning: boolean[] = [];
  await rehearse({ serve: make, capabilities: watched, door: openaiDoor, learnAtOnce: (isOn) => void learning.push(isOn) });
  return learning;
};

t.test('a rehearsal has requests of all kinds served well, and tells nobody of it', async (t) => {
  const replies: string[] = [];
  const learning = await rehearsed((world) => {
    const handle = serve(world, chatDialect(settings), { keepAliveMs: 15_000 });
    const noting: Handler = (received) => async () => {
      const reply = await handle(received)();
      const { kind, status } = E.isRight(reply) ? reply.right : { kind: reply.left.tag, status: 0 };
      const size = E.isRight(reply) && 'pieces' in reply.right ? 'large' : 'small';
      replies.push(`${kind} ${status} ${size}`);
      return reply;
    };
    return noting;
  });
  t.same(new Set(replies), new Set(['whole 200 small', 'whole 200 large', 'streamed 200 small']));
  t.ok(replies.length >= 10);
  t.same(told, []);
  t.same(learning, [true, false]);
  await eventually(() => openServers() === 0);
});

t.test('a rehearsal that comes to no end is given up, and leaves nothing open', async (t) => {
  t.same(await rehearsed(() => () => () => new Promise(() => undefined)), [true, false]);
  await eventually(() => openServers() === 0);
});

t.test('where no address can be had, the service goes on without a rehearsal', async (t) => {
  const listen: unknown = Reflect.get(Server.prototype, 'listen');
  t.teardown(() => Object.assign(Server.prototype, { listen }));
  Object.assign(Server.prototype, {
    listen(this: Server) {
      process.nextTick(() => this.emit('error', new Error('EADDRNOTAVAIL')));
      return this;
    },
  });
  t.same(await rehearsed(() => () => () => new Promise(() => undefined)), [true, false]);
});
