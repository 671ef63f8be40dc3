import { connect } from 'node:net';
import t, { type Test } from 'tap';
import type { GeminiEmulator } from './emulator.ts';
import { faultKinds, type FaultKind } from './faults.ts';
import type { FaultOptions } from './controls.ts';
import { startGeminiEmulator } from './start-gemini-emulator.ts';

const started = async (t: Test): Promise<GeminiEmulator> => {
  const emulator = await startGeminiEmulator();
  t.teardown(() => emulator.close());
  return emulator;
};

/** Everything that came over one connection: how it ended, and whether a chunked body came to its own end. */
type Seen = { readonly text: string; readonly end: 'FIN' | 'RST'; readonly isWhole: boolean };

const question = JSON.stringify({ contents: [{ parts: [{ text: 'Hello' }] }] });

const requestOf = (action: string): string =>
  [
    `POST /v1beta/models/gemini-3.8-flash:${action} HTTP/1.1`,
    'host: emulator',
    'connection: close',
    'x-goog-api-key: k1',
    `content-length: ${question.length}`,
    '',
    question,
  ].join('\r\n');

/** Asks over a raw socket; leaves by itself as soon as `enough` says so. */
const exchange = ({ port }: GeminiEmulator, action: string, enough: (text: string) => boolean = () => false): Promise<Seen> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    let end: Seen['end'] = 'FIN';
    socket.setEncoding('utf8');
    socket.on('data', (piece) => {
      text += String(piece);
      if (enough(text)) socket.destroy();
    });
    socket.on('error', () => (end = 'RST'));
    socket.on('close', () => resolve({ text, end, isWhole: text.endsWith('\r\n0\r\n\r\n') }));
    socket.write(requestOf(action));
  });

const stream = 'streamGenerateContent?alt=sse';
const frames = (text: string): number => text.split('data: {"candidates":[{').length - 1;

type Stall = 'stall-before-head' | 'stall-before-first-frame' | 'stall-mid-stream' | 'endless-stream';

/** `either`: a reset right behind unread bytes shows as a plain end on some kernels. */
type Row = { readonly status: number | null; readonly end?: 'RST' | 'either'; readonly isWhole?: false; readonly holds?: string; readonly frames?: number };

const overloaded = '"status":"UNAVAILABLE"';

/** What each fault that ends by itself looks like on the wire. */
const table: Readonly<Record<Exclude<FaultKind, Stall>, Row>> = {
  'reset-before-head': { status: null, end: 'RST', isWhole: false },
  'close-before-head': { status: null, isWhole: false },
  'reset-mid-body': { status: 200, end: 'either', isWhole: false, frames: 2 },
  'cut-body': { status: 200, isWhole: false, frames: 2 },
  'cut-stream': { status: 200, frames: 1 },
  'empty-stream': { status: 200, frames: 0 },
  'error-frame': { status: 200, frames: 1, holds: `data: {"error":{"code":503,"message":"The model is overloaded. Please try again later.",${overloaded}` },
  'bare-error': { status: 200, frames: 1, holds: '{\n  "error": {\n    "code": 503' },
  'error-first': { status: 200, frames: 0, holds: 'data: {"error":{"code":503' },
  'bad-json': { status: 200, holds: '"half\r\n' },
  'html-200': { status: 200, holds: '<!DOCTYPE html>' },
  null: { status: 200, holds: 'data: null\r\n\r\n' },
  array: { status: 200, holds: 'data: []\r\n\r\n' },
  'empty-candidates': { status: 200, holds: '"candidates":[],' },
  'no-content': { status: 200, holds: '{"candidates":[{"finishReason":"STOP","index":0}]' },
  'malformed-between': { status: 200, holds: 'data: {"candidates":[{"content"\r\n\r\n' },
  500: { status: 500, holds: '"status": "INTERNAL"' },
  502: { status: 502, holds: '<title>502.' },
  503: { status: 503, holds: '"status": "UNAVAILABLE"' },
  504: { status: 504, holds: '"status": "DEADLINE_EXCEEDED"' },
  overloaded: { status: 503, holds: 'The model is overloaded' },
  location: { status: 400, holds: 'User location is not supported' },
  redirect: { status: 302, holds: 'location: /sorry/index' },
  'giant-line': { status: 200, frames: 1 },
};

const stalls: readonly FaultKind[] = ['stall-before-head', 'stall-before-first-frame', 'stall-mid-stream', 'endless-stream'];

const rowOf = (kind: FaultKind): Row | undefined => (table as Readonly<Partial<Record<FaultKind, Row>>>)[kind];

t.test('every kind of fault is in these tables', (t) => {
  t.same(faultKinds.map(String).toSorted(), [...Object.keys(table), ...stalls.map(String)].toSorted());
  t.end();
});

t.test('each fault looks on the wire as it should, and the next answer is well', async (t) => {
  const emulator = await started(t);
  for (const kind of faultKinds) {
    const row = rowOf(kind);
    if (row === undefined) continue;
    emulator.fault(kind, { size: 1000 });
    const seen = await exchange(emulator, stream);
    t.equal(/^HTTP\/1\.1 (\d+)/.exec(seen.text)?.[1] ?? null, row.status === null ? null : String(row.status), `${kind}: status`);
    if (row.end !== 'either') t.equal(seen.end, row.end ?? 'FIN', `${kind}: end`);
    t.equal(seen.isWhole, row.isWhole ?? true, `${kind}: chunks`);
    if (row.frames !== undefined) t.equal(frames(seen.text), row.frames, `${kind}: frames`);
    t.ok(seen.text.includes(row.holds ?? ''), `${kind}: ${seen.text.slice(0, 400)}`);
    t.match(await exchange(emulator, stream), { text: /"finishReason":"STOP"/, isWhole: true }, `after ${kind}`);
  }
});

t.test('a fault that drops the connection is not taken for a client that left', async (t) => {
  const emulator = await started(t);
  for (const kind of ['reset-before-head', 'close-before-head', 'reset-mid-body', 'cut-body'] as const) {
    emulator.reset();
    emulator.fault(kind);
    await exchange(emulator, stream);
    const [seen] = emulator.requests;
    t.match(await seen?.closed, { early: false }, kind);
    t.match(seen, { dropped: true, closedEarly: false }, kind);
  }
});

t.test('a stalled answer says nothing more, and tells when the client leaves', async (t) => {
  const emulator = await started(t);
  const cases: readonly (readonly [FaultKind, (text: string) => boolean, number])[] = [
    ['stall-before-first-frame', (text) => text.includes('\r\n\r\n'), 0],
    ['stall-mid-stream', (text) => frames(text) === 1, 1],
    ['endless-stream', (text) => frames(text) > 20, 20],
  ];
  for (const [kind, enough, least] of cases) {
    emulator.reset();
    emulator.fault(kind);
    const { text } = await exchange(emulator, stream, enough);
    t.match(text, /^HTTP\/1\.1 200 OK/, String(kind));
    const [seen] = emulator.requests;
    t.match(await seen?.closed, { early: true }, String(kind));
    t.ok((seen?.framesSent ?? -1) >= least, `${kind}: ${seen?.framesSent} frames`);
  }
});

t.test('an answer that stalls before its head has no status', async (t) => {
  const emulator = await started(t);
  emulator.fault('stall-before-head');
  const leave = new AbortController();
  const asked = fetch(`${emulator.url}/v1beta/models/gemini-3.8-flash:generateContent`, {
    method: 'POST',
    headers: { 'x-goog-api-key': 'k1' },
    body: question,
    signal: leave.signal,
  });
  const [seen] = await emulator.arrived(1);
  leave.abort();
  await t.rejects(asked, { name: 'AbortError' });
  t.match(await seen?.closed, { early: true });
  t.equal(seen?.status, null);
});

t.test('the numbers of a fault are kept: frames before it, size, how many requests, what they ask for', async (t) => {
  const emulator = await started(t);
  emulator.fault('cut-stream', { afterFrames: 3 });
  t.equal(frames((await exchange(emulator, stream)).text), 3);
  emulator.fault('giant-line', { size: 100_000 });
  t.ok((await exchange(emulator, stream)).text.length > 100_000);
  emulator.fault(503, { times: 2 });
  const statuses = [];
  for (let count = 0; count < 3; count += 1) statuses.push((await exchange(emulator, stream)).text.slice(9, 12));
  t.same(statuses, ['503', '503', '200']);
  const scopes: readonly (readonly [FaultOptions, string])[] = [
    [{ model: 'gemini-2.5-flash' }, '200'],
    [{ key: 'k2' }, '200'],
    [{ on: 'models' }, '200'],
    [{ model: 'gemini-3.8-flash', key: 'k1' }, '500'],
  ];
  for (const [scope, status] of scopes) {
    emulator.fault(500, scope);
    t.equal((await exchange(emulator, stream)).text.slice(9, 12), status, JSON.stringify(scope));
  }
});

t.test('a whole answer can be cut, reset and refused as well', async (t) => {
  const emulator = await started(t);
  const whole = async (kind: FaultKind): Promise<Seen> => {
    emulator.fault(kind);
    return exchange(emulator, 'generateContent');
  };
  t.match(await whole('cut-body'), { end: 'FIN', isWhole: false, text: /application\/json/ });
  t.match(await whole('reset-mid-body'), { isWhole: false, text: /^HTTP\/1\.1 200/ });
  t.match(await whole('empty-stream'), { end: 'FIN', isWhole: true, text: /\r\n\r\n0\r\n\r\n$/ });
  t.match(await whole(503), { text: /^HTTP\/1\.1 503/ });
});
