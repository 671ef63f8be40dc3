import type { ServerResponse } from 'node:http';
import t from 'tap';
import type { GeminiClientSettings } from '../../../src/adapters/gemini/gemini-client.ts';
import type { ProxyError } from '../../../src/kernel/proxy-error.ts';
import type { FaultOptions } from '../../support/gemini-emulator/controls.ts';
import { faultKinds, type FaultKind } from '../../support/gemini-emulator/faults.ts';
import { keyFailures, type KeyFailure } from '../../support/gemini-emulator/key-failures.ts';
import { E } from '../../../src/kernel/fp.ts';
import { secret } from '../../../src/kernel/secret.ts';
import { signalSource } from '../../../src/kernel/signal.ts';
import { webServer } from '../../support/web-server.ts';
import { freely } from '../../support/capabilities.ts';
import { frame } from '../../support/pollux.ts';
import { passCalls } from '../../../src/adapters/gemini/pass-calls.ts';
import { call, clientKey, clientOf, noProxies, outcomeOf, startedEmulator, textOf, type Outcome } from '../../support/client-calls.ts';

type Row = {
  readonly at: Outcome['at'];
  readonly error: Partial<ProxyError> | null;
  /** Frames that came before; left out where it does not matter. */
  readonly frames?: number;
  readonly options?: FaultOptions;
  readonly settings?: Partial<GeminiClientSettings>;
};

const overloaded: Partial<ProxyError> = { tag: 'GeminiFault', status: 503 };
const unreadable: Partial<ProxyError> = { tag: 'BadAnswer' };
const failed = (status: 500 | 502 | 503 | 504): Row => ({ at: 'head', error: { tag: 'GeminiFault', status } });
/** A lost connection is asked once more at once, so it takes two to see it. */
const twice: FaultOptions = { times: 2 };

/** What each fault of a stream is told as; the endless stream has a test of its own. */
const streamedRows: Readonly<Record<Exclude<FaultKind, 'endless-stream'>, Row>> = {
  'reset-before-head': { at: 'head', error: { tag: 'Unreachable' }, options: twice },
  'close-before-head': { at: 'head', error: { tag: 'Unreachable' }, options: twice },
  'stall-before-head': { at: 'head', error: { tag: 'TimedOut', phase: 'first byte' }, settings: { firstByteTimeoutMs: 50 } },
  // Long enough for the head to come on a busy machine.
  'stall-before-first-frame': { at: 'frames', frames: 0, error: { tag: 'TimedOut', phase: 'first byte' }, settings: { firstByteTimeoutMs: 2000 } },
  'stall-mid-stream': { at: 'frames', frames: 1, error: { tag: 'TimedOut', phase: 'idle' }, settings: { idleTimeoutMs: 50 } },
  'reset-mid-body': { at: 'frames', error: { tag: 'StreamCut' } },
  'cut-body': { at: 'frames', error: { tag: 'StreamCut' } },
  'cut-stream': { at: 'frames', frames: 1, error: { tag: 'StreamCut' } },
  'empty-stream': { at: 'frames', frames: 0, error: { tag: 'EmptyAnswer', finishReason: null } },
  'error-frame': { at: 'frames', frames: 1, error: overloaded },
  'bare-error': { at: 'frames', frames: 1, error: overloaded },
  'error-first': { at: 'frames', frames: 0, error: overloaded },
  'bad-json': { at: 'frames', frames: 0, error: unreadable },
  'html-200': { at: 'frames', frames: 0, error: unreadable },
  null: { at: 'frames', frames: 0, error: unreadable },
  array: { at: 'frames', frames: 0, error: unreadable },
  'empty-candidates': { at: 'frames', frames: 1, error: { tag: 'EmptyAnswer', finishReason: null } },
  'no-content': { at: 'end', frames: 1, error: null },
  'malformed-between': { at: 'end', error: null },
  500: failed(500),
  502: failed(502),
  503: failed(503),
  504: failed(504),
  overloaded: failed(503),
  location: { at: 'head', error: { tag: 'LocationRefused' } },
  redirect: { at: 'head', error: { tag: 'BadAnswer', reason: 'a redirect' } },
  'giant-line': { at: 'end', frames: 1, error: null },
};

/** What differs when the answer is whole. */
const wholeRows: Readonly<Partial<Record<FaultKind, Row>>> = {
  'stall-mid-stream': { at: 'frames', frames: 0, error: { tag: 'TimedOut', phase: 'idle' }, settings: { idleTimeoutMs: 50 } },
  'cut-stream': { at: 'end', frames: 1, error: null },
  'error-frame': { at: 'frames', frames: 0, error: unreadable },
  'bare-error': { at: 'frames', frames: 0, error: unreadable },
  array: { at: 'frames', frames: 0, error: { tag: 'EmptyAnswer' } },
  'empty-candidates': { at: 'end', frames: 1, error: null },
};

const rowOf = (kind: FaultKind, isStream: boolean): Row | undefined =>
  (isStream ? undefined : wholeRows[kind]) ?? (streamedRows as Readonly<Partial<Record<FaultKind, Row>>>)[kind];

for (const [streamed, isCollected] of [[true, false], [false, false], [true, true], [false, true]] as const) {
  const what = `${streamed ? 'streamed' : 'whole'} answer${isCollected ? ' that is collected' : ''}`;
  t.test(`each fault of a ${what} has its error, and the next answer is well`, async (t) => {
    const emulator = await startedEmulator(t);
    const patient = clientOf(t, emulator.url);
    for (const kind of faultKinds) {
      const row = rowOf(kind, streamed);
      if (row === undefined) continue;
      const client = row.settings === undefined ? patient : clientOf(t, emulator.url, row.settings);
      emulator.fault(kind, { size: 1000, ...row.options });
      const { at, error, frames } = await outcomeOf(client, call({ streamed, isCollected }));
      t.equal(at, row.at, `${kind}: ${error?.tag}`);
      t.match(error, row.error, String(kind));
      if (row.frames !== undefined) t.equal(frames.length, row.frames, `${kind}: frames`);
      t.match(await outcomeOf(patient, call({ streamed, isCollected })), { at: 'end', error: null }, `after ${kind}`);
    }
  });
}

/** What a defect of this service throws: JavaScript's own errors, Node's with a code among them, and what is no error. */
const programFaults: readonly unknown[] = [
  new TypeError('a fault of ours'),
  Object.assign(new RangeError('a fault of ours'), { code: 'ERR_OUT_OF_RANGE' }),
  new Error('a fault of ours'),
  'a fault of ours',
];

/** Memory that fails so, once more of the answer comes than every exchange has anyway. */
const failingMemory = (cause: unknown) => ({
  take: () => {
    throw cause;
  },
  giveBack: () => undefined,
  letGo: () => undefined,
});

for (const [streamed, isCollected, size] of [[true, false, 200_000], [true, false, 20_000], [false, false, 200_000], [true, true, 200_000], [false, true, 20_000]] as const) {
  const what = `${size} characters, ${streamed ? 'streamed' : 'whole'}${isCollected ? ', collected' : ''}`;
  t.test(`a fault of this service's own is no fault of the network: ${what}`, async (t) => {
    const emulator = await startedEmulator(t);
    emulator.answerWith([frame('x'.repeat(size), 'STOP')]);
    const client = clientOf(t, emulator.url);
    for (const cause of programFaults) {
      const holding = { memory: failingMemory(cause), isCollected: () => isCollected };
      const { error } = await outcomeOf(client, call({ streamed, isCollected, holding }));
      t.match(error, { tag: 'Defect' }, String(cause));
      t.ok(error?.tag === 'Defect' && error.cause === cause, 'whose cause is what was thrown');
    }
    t.equal(emulator.requests.length, programFaults.length, 'and nothing is asked again');
  });
}

t.test('what undici will not send, and a fault while one JSON answer is read, are no faults of the network either', async (t) => {
  const emulator = await startedEmulator(t);
  const client = clientOf(t, emulator.url);
  t.match(await outcomeOf(client, call({ secret: secret('a key\nwith a line') })), { at: 'head', error: { tag: 'Defect' } });
  t.equal(emulator.requests.length, 0);
  const asking = { ...call(), method: 'countTokens' as const, memory: failingMemory(programFaults[0]) };
  t.match(await client.askGemini(asking)(), E.left({ tag: 'Defect', cause: programFaults[0] }));
});

t.test('a fault of who takes passed bytes is no fault of the network: the first piece, and one that comes later', async (t) => {
  let goOn = signalSource();
  const { url } = await webServer(t, (request, response) => {
    request.resume();
    response.flushHeaders();
    goOn.signal.addEventListener('abort', () => response.write('data: {}\n\n'));
  });
  const calls = passCalls({ baseUrl: url, proxies: noProxies, connectTimeoutMs: 20_000, silence: { firstByteMs: 20_000, idleMs: 20_000 }, unread: new Set() });
  t.teardown(() => calls.close());
  const cause = new TypeError('a fault of ours');
  for (const isThere of [false, true]) {
    goOn = signalSource();
    const passed = await calls.passCall({ method: 'GET', path: '/', headers: [], body: null, secret: secret(clientKey), isOnce: true, signal: new AbortController().signal })();
    if (E.isLeft(passed)) return t.fail(passed.left.tag);
    const { body } = passed.right;
    if (isThere) {
      goOn.abort('the first piece');
      await body.begun();
    }
    const take = (): boolean => {
      throw cause;
    };
    const ended = new Promise((resolve) => body.pour({ take, end: resolve })).finally(() => body.close());
    if (isThere) await t.rejects(ended, cause);
    else {
      goOn.abort('a later piece');
      t.same(await ended, { tag: 'Defect', cause });
    }
  }
});

t.test('a redirect is not followed', async (t) => {
  const emulator = await startedEmulator(t);
  emulator.fault('redirect');
  await outcomeOf(clientOf(t, emulator.url), call());
  t.equal(emulator.requests.length, 1);
});

t.test('a frame that cannot be read costs nothing of the others', async (t) => {
  const emulator = await startedEmulator(t);
  const client = clientOf(t, emulator.url);
  const good = await outcomeOf(client, call());
  emulator.fault('malformed-between');
  const mended = await outcomeOf(client, call());
  t.ok(good.frames.length > 2);
  t.equal(textOf(mended.frames), textOf(good.frames));
});

t.test('a connection that is lost before any answer is asked once more, and no more often', async (t) => {
  const emulator = await startedEmulator(t);
  for (const kind of ['reset-before-head', 'close-before-head'] as const) {
    const client = clientOf(t, emulator.url);
    emulator.reset();
    emulator.fault(kind);
    t.match(await outcomeOf(client, call()), { at: 'end', error: null }, kind);
    t.equal(emulator.requests.length, 2, kind);
    emulator.reset();
    emulator.fault(kind, { times: 3 });
    t.match(await outcomeOf(client, call()), { at: 'head', error: { tag: 'Unreachable' } }, kind);
    t.equal(emulator.requests.length, 2, kind);
  }
});

t.test('an error that is never told to its end is a time-out', async (t) => {
  const emulator = await startedEmulator(t);
  emulator.answerWith({ body: '{"error":', status: 500, ending: 'stall' });
  t.match(await outcomeOf(clientOf(t, emulator.url, { firstByteTimeoutMs: 50 }), call()), { at: 'head', error: { tag: 'TimedOut' } });
});

/** What each failure of a key is told as. */
const refusals: Readonly<Record<KeyFailure, Partial<ProxyError>>> = {
  invalid: { tag: 'KeyRefused', fault: 'invalid' },
  expired: { tag: 'KeyRefused', fault: 'invalid' },
  leaked: { tag: 'KeyRefused', fault: 'leaked' },
  suspended: { tag: 'KeyRefused', fault: 'suspended' },
  denied: { tag: 'KeyRefused', fault: 'denied' },
  minute: { tag: 'QuotaSpent', period: 'minute', retryAfterSeconds: 34.4 },
  day: { tag: 'QuotaSpent', period: 'day', retryAfterSeconds: null },
  'tokens-minute': { tag: 'QuotaSpent', period: 'minute', retryAfterSeconds: 26 },
  retired: { tag: 'ModelNotFound', model: 'gemini-3.8-flash' },
  unpaid: { tag: 'KeyRefused', fault: 'unpaid' },
  plain429: { tag: 'QuotaSpent', period: 'minute', retryAfterSeconds: null },
  html429: { tag: 'GeminiFault', status: 503 },
};

t.test('each failure of a key has its error, streamed or whole, and none of them tells the key', async (t) => {
  const emulator = await startedEmulator(t);
  const client = clientOf(t, emulator.url);
  for (const failure of keyFailures) {
    emulator.failKey(clientKey, failure);
    for (const isStream of [true, false]) {
      const outcome = await outcomeOf(client, call({ streamed: isStream }));
      t.match(outcome, { at: 'head', error: refusals[failure] }, failure);
      t.notMatch(JSON.stringify(outcome), new RegExp(`${clientKey}|123456789012`), failure);
    }
    emulator.healKey(clientKey);
  }
  t.ok(emulator.connections() <= 2, 'refusals leave their connection to the next call');
});

const errorBody = (code: number, status: string): string => JSON.stringify({ error: { code, status, message: 'Something.' } });
const inPast = 'Mon, 02 Nov 2026 00:00:00 GMT';

/** A refusal's head and body, and the wait that is told of it. */
const waits: readonly (readonly [status: number, retryAfter: string, body: string, seconds: number | null | undefined])[] = [
  [503, '7', '<html>busy</html>', 7],
  [429, '7', '<html>slow</html>', 7],
  [503, '7', errorBody(503, 'UNAVAILABLE'), 7],
  [429, '7', errorBody(429, 'RESOURCE_EXHAUSTED'), 7],
  [429, inPast, errorBody(429, 'RESOURCE_EXHAUSTED'), 0],
  [429, 'soon', errorBody(429, 'RESOURCE_EXHAUSTED'), null],
  [429, '-1', errorBody(429, 'RESOURCE_EXHAUSTED'), null],
  [429, '999999999', errorBody(429, 'RESOURCE_EXHAUSTED'), 86_400],
  [429, '7', JSON.stringify({ error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: '', details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '30s' }] } }), 30],
  [500, '7', errorBody(500, 'INTERNAL'), undefined],
];

t.test("the wait that a refusal's head tells is read where its body tells none", async (t) => {
  for (const [status, retryAfter, body, seconds] of waits) {
    const { url } = await webServer(t, (_, response) => response.writeHead(status, { 'retry-after': retryAfter }).end(body));
    const client = clientOf(t, url);
    const { error } = await outcomeOf(client, call());
    const asked = await client.askGemini({ ...call(), method: 'countTokens', memory: freely })();
    for (const told of [error, E.isLeft(asked) ? asked.left : null])
      t.equal((told as { readonly retryAfterSeconds?: number | null } | null)?.retryAfterSeconds, seconds, `${status} ${retryAfter} ${body}`);
  }
});

type Playing = (response: ServerResponse) => void;

/** What may become of a question's answer once it has begun. */
const begunAnswers: readonly (readonly [what: string, play: Playing, error: Partial<ProxyError>])[] = [
  ['cut in its body', (response) => response.writeHead(200, { 'content-length': 100 }).write('{"a":1', () => response.destroy()), { tag: 'StreamCut' }],
  ['cut before its last chunk', (response) => response.writeHead(200).write('{"a":1}', () => response.destroy()), { tag: 'StreamCut' }],
  ['cut in a refusal', (response) => response.writeHead(503).write('{"error":', () => response.destroy()), { tag: 'StreamCut' }],
  ["Google's error behind 200", (response) => response.end(errorBody(503, 'UNAVAILABLE')), { tag: 'GeminiFault', status: 503 }],
  ["Google's error in a list behind 200", (response) => response.end(`[${errorBody(429, 'RESOURCE_EXHAUSTED')}]`), { tag: 'QuotaSpent', period: 'minute' }],
];

t.test('an answer that has begun and breaks off is no outage, and an error in it is told as one, whatever was asked', async (t) => {
  for (const [what, play, error] of begunAnswers) {
    const { url } = await webServer(t, (_, response) => play(response));
    const client = clientOf(t, url);
    t.match(await client.askGemini({ ...call(), method: 'countTokens', memory: freely })(), { left: error }, what);
    for (const isCollected of [false, true]) t.match((await outcomeOf(client, call({ streamed: false, isCollected }))).error, error, what);
  }
});
