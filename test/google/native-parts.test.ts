import fc from 'fast-check';
import t from 'tap';
import { TE } from '../../src/kernel/fp.ts';
import { nativeDialect } from '../../src/google/native-dialect.ts';
import type { PassNeeds } from '../../src/pipeline/pass/passing.ts';
import { passThrough } from '../../src/pipeline/pass-through.ts';
import { isInPieces, type PassedBody } from '../../src/ports/passing-on.ts';
import { freely, happyCapabilities, receivedWith, shouldNotBeCalled } from '../support/capabilities.ts';
import { E } from '../../src/kernel/fp.ts';
import { isUnstored, namesNoAddress, withGooglesFiles, withModels } from '../../src/google/body-up.ts';
import { boundNamesIn } from '../../src/google/bound-name.ts';
import { cleanError, cleanStreamError } from '../../src/google/clean-error.ts';
import { pageWithToken, readPage } from '../../src/google/list-page.ts';
import { nativeErrors } from '../../src/google/native-errors.ts';
import { readNativePath, writeNativePath } from '../../src/google/native-path.ts';
import { queryUp, withPageToken } from '../../src/google/native-query.ts';
import { nativeRoute } from '../../src/google/native-routes.ts';
import { lateErrorFilter, mayHoldError } from '../../src/google/late-error.ts';
import { nestedErrorFilter } from '../../src/google/nested-errors.ts';
import { secret } from '../../src/kernel/secret.ts';
import { cleanTold } from '../../src/google/told-errors.ts';
import { errorFilter, opensWithError } from '../../src/google/stream-errors.ts';
import { namesTold as namesToldIn } from '../../src/google/told-names.ts';
import { byteQueue } from '../../src/adapters/gemini/byte-queue.ts';
import { tokensIn } from '../../src/google/told-tokens.ts';
import { signalSource } from '../../src/kernel/signal.ts';
import { sourceOf } from '../../src/pipeline/pass/collect-bytes.ts';
import { runAtOnce } from '../../src/kernel/steps.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

t.test('whatever a path holds, what goes up is a path of Google\'s without steps, a host or a query', (t) => {
  const piece = fc.oneof(fc.constantFrom('v1', 'v1beta', 'upload', 'download', 'models', 'files', '..', '.', '%2e%2e', '%2F', '%5c', '%00', '%', '?', '#', '@', ':', '//', 'x:y', '%252e', '..:y', '%2e:y'), fc.string({ maxLength: 6 }));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const read = readNativePath(`/${pieces.join('/')}`);
      if (E.isLeft(read) || read.right.version === '') return;
      const url = new URL(writeNativePath(read.right), 'https://generativelanguage.googleapis.com');
      if (url.origin !== 'https://generativelanguage.googleapis.com' || url.search !== '' || url.hash !== '') throw new Error(url.href);
      if (!url.pathname.startsWith(read.right.way === '' ? `/${read.right.version}/` : `/${read.right.way}/`)) throw new Error(url.pathname);
      const things = writeNativePath({ ...read.right, method: '' });
      for (const path of [url.pathname, things]) if (/\/\.{1,2}(?:[/:]|$)/.test(path)) throw new Error(path);
    }),
  );
  for (const steps of ['/v1beta/files/..:download', '/v1beta/tunedModels/..:generateContent', '/v1beta/files/%2e:x']) t.ok(E.isLeft(readNativePath(steps)), steps);
  t.end();
});

t.test('no request makes the table of routes throw, and every one is found, refused or not there', (t) => {
  const segment = fc.constantFrom('models', 'tunedModels', 'files', 'files:register', 'batches', 'x', 'x:generateContent', 'operations', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'auth_tokens', 'interactions', 'cancel', 'agents');
  fc.assert(
    fc.property(fc.array(segment, { maxLength: 5 }), fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', '__proto__'), fc.boolean(), (segments, method, withAgents) => {
      const path = readNativePath(`/v1beta/${segments.join('/')}`);
      if (E.isLeft(path)) return;
      const route = nativeRoute(method, path.right, withAgents);
      if (E.isRight(route) && typeof route.right.pattern !== 'string') throw new Error('no route');
    }),
  );
  t.end();
});

t.test('names of things are found in every casing, nesting and writing of a slash', (t) => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['{"file_data":{"file_uri":"https://generativelanguage.googleapis.com/v1beta/files/abc-1"}}', ['files/abc-1']],
    ['{"fileUri":"https:\\/\\/generativelanguage.googleapis.com\\/v1beta\\/files\\/abc"}', ['files/abc']],
    ['{"cachedContent":"cachedContents/c"}', ['cachedContents/c']],
    ['{"cached_content":"cachedContents/c"}', ['cachedContents/c']],
    ['{"batch":{"inputConfig":{"fileName":"files/in"}}}', ['files/in']],
    ['{"tools":[{"file_search":{"file_search_store_names":["fileSearchStores/s","fileSearchStores/t"]}}]}', ['fileSearchStores/s', 'fileSearchStores/t']],
    ['{"model":"tunedModels/t"}', ['tunedModels/t']],
    ['{"previous_interaction_id": "v1_abc.def=="}', ['interactions/v1_abc.def==']],
    ['{"previousInteractionId":"v1"}', ['interactions/v1']],
    ['{"environment":"environments/e"}', ['environments/e']],
    ['{"previous_interaction_id":"v1_a\\u003d\\u003d"}', ['interactions/v1_a==']],
    ['{"previous\\u005finteraction\\u005fid":"v1\\/a"}', ['interactions/v1/a']],
    ['{"file_uri":"https:\\u002f\\u002fgenerativelanguage.googleapis.com\\u002Fv1beta\\u002ffiles\\u002fabc\\u002d1"}', ['files/abc-1']],
    ['{"fileUri":"https://generativelanguage.googleapis.com/v1beta/files%2Fabc"}', ['files/abc']],
    [`{"text":"${'\\u0027\\u00e9'.repeat(2000)}","cachedContent":"cachedContents\\u002fc${'\\u003c'.repeat(2000)}"}`, ['cachedContents/c']],
    ['{"text":"profiles/x and files without a slash, files//"}', ['files/x']],
    ['', []],
  ];
  for (const [body, names] of cases) t.same(boundNamesIn(Buffer.from(body)), names, body);
  t.same([boundNamesIn(Buffer.from('"agents/a" "voices/v"')), boundNamesIn(Buffer.from('"agents/a" "voices/v"'), true)], [[], ['agents/a', 'voices/v']]);
  t.equal(boundNamesIn(Buffer.from(Array.from({ length: 1000 }, (_, at) => `files/f${at}`).join(' '))).length, 100);
  t.end();
});

const namesTold = (answer: string): readonly string[] => runAtOnce(namesToldIn(Buffer.from(answer)));

/** What an answer tells, by its parsed value: what a scan of its bytes is held to. */
const namesInValue = (value: unknown, depth = 0): readonly string[] => {
  if (typeof value !== 'object' || value === null || depth > 8) return [];
  if (Array.isArray(value)) return value.flatMap((each) => namesInValue(each, depth + 1));
  return Object.entries(value).flatMap(([field, inside]: [string, unknown]) => {
    if (['contents', 'args', 'displayName'].includes(field)) return [];
    if (typeof inside !== 'string') return namesInValue(inside, depth + 1);
    if (field === 'uri') return [...inside.matchAll(/\/(files\/\w+)(?:$|:)/g)].map(([, name = '']) => name).slice(0, 1);
    return ['name', 'fileName'].includes(field) && /^(?:files|batches)\/\w+$/.test(inside) ? [inside] : [];
  });
};

t.test('names are told by the bytes of an answer as by its value, however it is written, in steps', (t) => {
  const text = fc.constantFrom('files/a', 'files/b', 'batches/c', 'https://x/v1beta/files/d', 'https://x/files/e:download', 'a "quoted\\" {text}', '\\', '"', ',{"name":"files/fake"}', '', '日本');
  const field = fc.constantFrom('name', 'uri', 'fileName', 'response', 'contents', 'args', 'displayName', 'x', 'a"b\\');
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ depthSize: 'medium' }, text, fc.constantFrom(null, true, 1.5, -1e9), fc.array(tie('tree'), { maxLength: 4 }), fc.dictionary(field, tie('tree'), { maxKeys: 5 })),
  }));
  fc.assert(
    fc.property(tree, fc.constantFrom(0, 2), fc.boolean(), (value, indent, escapes) => {
      const written = JSON.stringify(value, null, indent);
      t.same(new Set(namesTold(escapes ? written.replaceAll('/', '\\/') : written)), new Set(namesInValue(value)), written);
    }),
    { numRuns: 300 },
  );
  for (const filling of ['[1,2,{"a":"b"}],'.repeat(200_000), `"${'\\"'.repeat(1_500_000)}",`, '['.repeat(3_000_000)]) {
    const steps = namesToldIn(Buffer.from(`{"name":"batches/b","x":[${filling}`));
    let count = 0;
    while (steps.next().done !== true) count += 1;
    t.ok(count >= 9, `${count} steps`);
  }
  t.end();
});

t.test('an answer tells names in Google\'s own fields only, never where a model or a caller wrote them', (t) => {
  t.same(namesTold('{"file":{"name":"files/a","uri":"https://x/v1beta/files/a","displayName":"files/fake"}}'), ['files/a']);
  t.same(namesTold('{"name":"models/veo/operations/o","done":true,"response":{"generateVideoResponse":{"generatedSamples":[{"video":{"uri":"https://x/v1beta/files/v:download?alt=media"}}]}}}'), ['models/veo/operations/o', 'files/v']);
  t.same(namesTold('{"candidates":[{"content":{"parts":[{"functionCall":{"name":"files/fake","args":{"name":"files/fake"}}}]}}]}'), []);
  t.same(namesTold('{"name":"batches/b","response":{"inlinedResponses":[{"response":{"name":"files/fake"}}],"responsesFile":"files/r"}}'), ['batches/b', 'files/r']);
  t.same(namesTold('{"id":"v1_x","outputs":[{"name":"files/fake"}],"steps":[{"name":"files/fake"}]}'), ['interactions/v1_x']);
  t.same(namesTold('{"name":"fileSearchStores/s/documents/d","customMetadata":[{"name":"files/fake"}]}'), ['fileSearchStores/s']);
  for (const field of ['response_format', 'generation_config', 'agent_config', 'toolConfig']) t.same(namesTold(`{"id":"v1_x","${field}":{"name":"files/fake"}}`), ['interactions/v1_x'], field);
  t.same(['', '[', 'null', '1', '"x"', '[]'].map(namesTold), [[], [], [], [], [], []]);
  t.end();
});

t.test('our own file addresses in a body are Google\'s, and nothing else is touched', (t) => {
  const base = 'https://pollux.example:8443/deep';
  const up = (body: string): string => text(withGooglesFiles(Buffer.from(body), base));
  t.equal(up(`{"fileUri":"${base}/v1beta/files/a","é":"ü"}`), '{"fileUri":"https://generativelanguage.googleapis.com/v1beta/files/a","é":"ü"}');
  t.equal(up(`{"fileUri":"${base.replaceAll('/', '\\/')}\\/v1\\/files\\/a"}`), '{"fileUri":"https:\\/\\/generativelanguage.googleapis.com\\/v1beta\\/files\\/a"}');
  for (const same of [`{"text":"${base}/v1/chat"}`, `{"fileUri":"https://elsewhere.example/v1beta/files/a"}`, `${base}/v1beta/models/x`, '']) t.equal(up(same), same);
  t.equal(text(withModels(Buffer.from('{"model":"models/a.b","x":"a.b","model": "a.b"}'), (name) => (name === 'a.b' ? 'c' : null))), '{"model":"models/c","x":"a.b","model": "c"}');
  t.end();
});

t.test('a body in pieces goes up as it is only where joining them would change nothing, wherever it was cut', (t) => {
  const base = 'https://pollux.example:8443/deep';
  const own = `${base}/v1beta/files/a`;
  for (const address of [own, own.replaceAll('/', '\\/')]) {
    const body = Buffer.from(`{"x":"y","fileUri":"${address}"}`);
    for (let at = 0; at <= body.length; at += 1) {
      t.notOk(namesNoAddress([body.subarray(0, at), body.subarray(at)]), `cut at ${at}`);
      t.notOk(namesNoAddress([body.subarray(0, at), body.subarray(at, at + 1), body.subarray(at + 1)]), `cut out at ${at}`);
    }
  }
  t.ok(namesNoAddress([Buffer.from('{"data":"AAAA/9b/'), Buffer.from('//files/AA"}')]));
  t.end();
});

const inOne = (sent: PassedBody): string => (isInPieces(sent) && sent.length === 1 ? text(sent[0] ?? new Uint8Array()) : '');

const needsOf = (names: Partial<PassNeeds['names']>): PassNeeds => ({
  ...happyCapabilities,
  passCall: shouldNotBeCalled,
  names: { homeOf: () => null, remember: shouldNotBeCalled, forget: () => undefined, isEmpty: () => true, newestKeyOf: () => null, noteMaker: () => undefined, isMissing: () => false, noteMissing: () => undefined, ...names },
  uploads: { keep: shouldNotBeCalled, find: shouldNotBeCalled },
  homes: { all: () => ['one'], of: () => 'one' },
  keepAliveMs: 0,
});

const dialect = nativeDialect({ modelAliases: new Map(), upstream: 'https://generativelanguage.googleapis.com', withAgents: false });

/** A body in these pieces on its way up: what is sent, and what is taken and given back of the memory for joining it. */
const passedUp = async (pieces: readonly Buffer[], over: Partial<PassNeeds['names']> = {}) => {
  const [sent, memory]: [PassedBody[], number[]] = [[], []];
  const needs: PassNeeds = {
    ...needsOf(over),
    passCall: ({ body }) => {
      sent.push(body);
      return TE.left({ tag: 'Unreachable', reason: 'a test' });
    },
  };
  const path = '/v1beta/models/gemini-3.5-flash:generateContent';
  const held = { ...freely, take: (bytes: number) => (memory.push(bytes) > 0 ? null : null), giveBack: (bytes: number) => void memory.push(-bytes) };
  const received = receivedWith('', { path, readPieces: TE.right(pieces), readBody: TE.right(Buffer.concat(pieces)), held: { request: held, answer: freely } });
  await passThrough(needs, dialect)(received, { query: '', header: () => null, base: 'https://pollux.example' })();
  return { sent: sent[0] ?? null, memory };
};

t.test('what goes wrong in this service behind the heartbeats is told in the stream, and ends no process', async (t) => {
  const cause = new TypeError('a fault of ours');
  for (const fault of ['the call', 'the reader'] as const) {
    const beats = signalSource();
    const needs: PassNeeds = {
      ...needsOf({}),
      wait: () => Promise.resolve(),
      passCall: () => async () => {
        await new Promise<void>((resolve) => beats.signal.addEventListener('abort', resolve));
        if (fault === 'the call') throw cause;
        return E.right({ status: 200, headers: {}, type: 'text/event-stream', body: sourceOf(Buffer.from('data: {}\n\n')) });
      },
      keepAliveMs: 1,
    };
    const received = receivedWith('', { path: '/v1beta/models/gemini-3.5-flash:streamGenerateContent', readPieces: TE.right([Buffer.from('{}')]) });
    const reply = await passThrough(needs, dialect)(received, { query: 'alt=sse', header: () => null, base: 'https://pollux.example' })();
    if (E.isLeft(reply) || reply.right.kind !== 'passed') return t.fail('a stream has begun');
    const { body } = reply.right;
    const take = (): boolean => {
      if (fault === 'the reader') throw cause;
      return true;
    };
    const ended = new Promise((resolve) => body.pour({ take, end: resolve }));
    beats.abort('the heartbeat has gone out');
    t.same(await ended, { tag: 'Defect', cause }, fault);
    body.close();
  }
});

/** The reply to a streamed question whose answer is all there, and what is told of its key. */
const streamReply = async (answer: string, over: Partial<PassNeeds> = {}, parts: Partial<typeof dialect> = {}) => {
  const reports: (string | null)[] = [];
  const needs: PassNeeds = {
    ...needsOf({}),
    passCall: () => TE.right({ status: 200, headers: {}, type: 'text/event-stream', body: sourceOf(Buffer.from(answer)) }),
    reportKey: (_lease, _model, error) => void reports.push(error?.tag ?? null),
    ...over,
  };
  const received = receivedWith('', { path: '/v1beta/models/gemini-3.5-flash:streamGenerateContent', readPieces: TE.right([Buffer.from('{}')]) });
  const reply = await passThrough(needs, { ...dialect, ...parts })(received, { query: 'alt=sse', header: () => null, base: 'https://pollux.example' })();
  if (E.isLeft(reply) || reply.right.kind !== 'passed') throw new Error('no stream');
  return { body: reply.right.body, reports };
};

t.test('an answer that is all there, but cut, passes as it came, and its errors are told once', async (t) => {
  const failed = 'data: {"error":{"code":500,"message":"Internal error","status":"INTERNAL"}}\n\n';
  for (const [answer, told] of [[`data: {}\n\n${failed}data: {"half":`, [null, 'GeminiFault']], ['data: {}\n\ndata: {"error":{"code":5', [null]], ['data: {}\n\ndata: {"e', [null]]] as const) {
    const { body, reports } = await streamReply(answer);
    const pieces: Uint8Array[] = [];
    t.equal(body.whole(), null, 'it is not whole');
    t.equal(body.whole(), null, 'however often one asks');
    const take = (piece: Uint8Array): boolean => pieces.push(piece) > 0;
    t.match(await new Promise((resolve) => body.pour({ take, end: resolve })), { tag: 'StreamCut' });
    t.equal(Buffer.concat(pieces).toString(), answer);
    t.same(reports, told);
  }
});

t.test('a fault of ours at the end of a stream is told to who reads it', async (t) => {
  const cause = new TypeError('a fault of ours');
  const faulty = (): never => {
    throw cause;
  };
  const { body } = await streamReply('data: {}\n\n', {}, { tokensIn: faulty });
  t.same(await new Promise((resolve) => body.pour({ take: () => true, end: resolve })), { tag: 'Defect', cause });
  const filter = { take: (piece: Uint8Array) => piece, end: faulty, isAtRest: () => true, passes: () => true };
  const filtered = await streamReply('data: {}\n\n', {}, { streamFilter: () => filter });
  t.same(await new Promise((resolve) => filtered.body.pour({ take: () => true, end: resolve })), { tag: 'Defect', cause });
});

t.test('a body in pieces goes up in them, and is joined only to change what it names, with memory for that', async (t) => {
  const pieces = ['{"contents":[{"parts":[{"text":"aa', 'a'.repeat(300_000), '"}]}]}'].map((one) => Buffer.from(one));
  const plain = await passedUp(pieces);
  t.equal(plain.sent, pieces);
  t.same(plain.memory, []);
  const own = ['{"contents":[{"parts":[{"fileData":{"fileUri":"https://pollux.exa', 'mple/v1beta/files/a"}}]}]}'].map((one) => Buffer.from(one));
  const size = Buffer.concat(own).length;
  const changed = await passedUp(own);
  t.ok(inOne(changed.sent).includes('"https://generativelanguage.googleapis.com/v1beta/files/a"'));
  t.same(changed.memory, [size, -size]);
  const read = await passedUp(pieces, { isEmpty: () => false });
  t.ok(inOne(read.sent).includes('aaa'), 'where a thing of somebody may be named, it is read in one piece');
});

t.test('no body grows, or is looked through again and again, by what it repeats', (t) => {
  const many = withGooglesFiles(Buffer.from('http://a/v1/files/x '.repeat(50_000)), 'http://a');
  t.equal(text(many).split('googleapis').length - 1, 20_000);
  t.ok(text(many).endsWith('http://a/v1/files/x '), 'what is left stays as it was');
  const slashes = Buffer.from(`http://a${'/'.repeat(8_000_000)}`);
  t.ok(Buffer.from(withGooglesFiles(slashes, 'http://a')).equals(slashes));
  t.equal(text(withModels(Buffer.from('"model":"a" '.repeat(30_000)), () => 'bcd')).split('bcd').length - 1, 20_000);
  t.ok(isUnstored(Buffer.from(`${'"store" '.repeat(900)}"store" : false`)));
  t.notOk(isUnstored(Buffer.from(`${'"store" '.repeat(1000)}"store" : false`)), 'it counts as one that is stored');
  t.end();
});

t.test('no name of the query brings a credential of the caller\'s, a header or another method', (t) => {
  const names = ['key', 'KEY', 'api_key', 'access_token', 'bearer_token', 'oauth_token', 'quotaUser', 'userIp', 'userProject', '$userProject', '$httpHeaders', '%24httpMethod', '$key', '$.xgafv', 'callback'];
  t.equal(queryUp([...names.map((name) => `${name}=x`), 'alt=sse', 'pageSize=1'].join('&')), 'alt=sse&pageSize=1');
  t.end();
});

t.test('a page keeps its bytes, but for the token of the next one', (t) => {
  t.equal(pageWithToken('{"files":[{"displayName":"\\"nextPageToken\\": \\"x\\""}],  "nextPageToken": "a\\"b"}', 'h.t'), '{"files":[{"displayName":"\\"nextPageToken\\": \\"x\\""}],  "nextPageToken": "h.t"}');
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string({ minLength: 1 }), (page, token) => {
      const changed = readPage(pageWithToken(JSON.stringify({ ...page, nextPageToken: 'x' }), token));
      if (changed.token !== token) throw new Error(String(changed.token));
      const added = JSON.parse(pageWithToken('{}', token)) as Record<string, unknown>;
      if (added['nextPageToken'] !== token) throw new Error('not added');
    }),
  );
  t.same(readPage('{"files":[]}'), { isEmpty: true, token: null });
  t.same(readPage('no json'), { isEmpty: true, token: null });
  t.equal(withPageToken('pageSize=2&pageToken=a&page_token=b', 'c d'), 'pageSize=2&pageToken=c%20d');
  t.equal(queryUp('key=a&alt=sse&%6Bey=b&upload_id=c'), 'alt=sse');
  t.end();
});

t.test('errors are in Google\'s shape, whatever they are', (t) => {
  const whole = nativeErrors.whole({ tag: 'KeysExhausted', retryAfterSeconds: 40, forToday: true });
  t.match(JSON.parse(String(whole.body)), { error: { code: 429, status: 'RESOURCE_EXHAUSTED', details: [{ violations: [{ quotaId: /PerDay/ }] }, { retryDelay: '40s' }] } });
  t.match(nativeErrors.inStream({ tag: 'StreamCut' }), /^data: \{"error":\{"code":502,"message":".*","status":"UNAVAILABLE"\}\}\n\n$/);
  for (const [error, status] of [[{ tag: 'TimedOut', phase: 'idle' }, 'DEADLINE_EXCEEDED'], [{ tag: 'BelongsApart', message: 'm' }, 'FAILED_PRECONDITION'], [{ tag: 'BodyTooLarge', mostBytes: 1 }, 'INVALID_ARGUMENT'], [{ tag: 'Defect', cause: 1 }, 'INTERNAL']] as const) {
    t.match(JSON.parse(String(nativeErrors.whole(error).body)), { error: { status } });
  }
  t.end();
});

t.test('an error of Google\'s is cleaned of what is the owner\'s, and an array stays one', (t) => {
  const error = { code: 403, message: 'project=123456789012 project_number:987654321098 key SECRET in projects/x-1', status: 'PERMISSION_DENIED' };
  t.notMatch(cleanError(JSON.stringify({ error }), 'SECRET') ?? '', /\d{9}|SECRET|x-1/);
  t.match(JSON.parse(cleanError(JSON.stringify([{ error }]), 'SECRET') ?? ''), [{ error: { code: 403 } }]);
  t.equal(cleanError('<html>', 'SECRET'), null);
  t.equal(cleanError('{"error":"x"}', 'SECRET'), null);
  t.end();
});

t.test('of the details of an error only what is known to be nobody\'s is shown, whatever else stands there', (t) => {
  const type = (name: string): string => `type.googleapis.com/google.rpc.${name}`;
  const quota = { '@type': type('QuotaFailure'), violations: [{ quotaMetric: 'generativelanguage.googleapis.com/generate_content_free_tier_requests', quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier', quotaDimensions: { model: 'gemini-2.5-flash', location: 'global' }, quotaValue: '20' }] };
  const retry = { '@type': type('RetryInfo'), retryDelay: '35s' };
  const harmless = JSON.stringify({ error: { code: 429, message: 'You exceeded your current quota.', status: 'RESOURCE_EXHAUSTED', details: [quota, retry] } });
  t.equal(cleanError(harmless, 'SECRET'), harmless);
  const owners = [
    { '@type': type('Help'), links: [{ url: 'https://console.example/owner-shop' }] },
    { '@type': type('DebugInfo'), detail: 'owner-shop' },
    { '@type': type('ErrorInfo'), reason: 'SERVICE_DISABLED', domain: 'googleapis.com', metadata: { consumer: 'projects/owner-shop', containerInfo: 'owner-shop', service: 'generativelanguage.googleapis.com', email: 'owner-shop@x.example' } },
    { '@type': type('QuotaFailure'), violations: [{ subject: 'project:owner-shop', description: 'owner-shop', quotaId: 'of owner-shop' }, 'owner-shop'] },
    { '@type': type('BadRequest'), fieldViolations: [{ field: 'owner-shop', description: 'gs://owner-shop' }] },
    { '@type': 'type.googleapis.com/owner-shop', x: 'owner-shop' },
    { '@type': 'constructor', name: 'owner-shop' },
    'owner-shop',
  ];
  const told = cleanError(JSON.stringify({ error: { code: 403, message: 'owner-shop', status: 'owner-shop', details: owners, more: 'owner-shop' } }), 'SECRET') ?? '';
  t.notMatch(told, /owner-shop/);
  t.match(JSON.parse(told), { error: { code: 403, details: [{ reason: 'SERVICE_DISABLED', metadata: { service: 'generativelanguage.googleapis.com' } }, {}, {}] } });
  t.end();
});

t.test('the end of an answer tells what it cost', (t) => {
  const tokensOf = (text: string): ReturnType<typeof tokensIn> => tokensIn(Buffer.from(text));
  t.same(tokensOf('"promptTokenCount": 1, "candidatesTokenCount": 2 … "usageMetadata":{"promptTokenCount": 11,"candidatesTokenCount": 5,"thoughtsTokenCount":7}'), { promptTokens: 11, completionTokens: 12 });
  t.equal(tokensOf('{"candidates":[]}'), null);
  t.end();
});

t.test('the end of a stream tells what it cost, wherever it is cut, and with a comment behind it', (t) => {
  const idle = (): void => undefined;
  const usage = '"usageMetadata":{"promptTokenCount":11,"candidatesTokenCount":57,"totalTokenCount":68}';
  const [before, last] = [`data: {"candidates":[]}\r\n\r\n`, `data: {"candidates":[{"finishReason":"STOP"}],${usage}}\r\n\r\n`];
  const tokensOf = (pieces: readonly string[]): ReturnType<typeof tokensIn> => {
    const { source, push } = byteQueue({ resume: idle, abort: idle }, { follow: idle, fed: idle, awaits: idle, passed: idle, stop: idle });
    for (const piece of pieces) push(Buffer.from(piece));
    return tokensIn(source.ending());
  };
  const told = { promptTokens: 11, completionTokens: 57 };
  for (let at = 1; at < last.length; at += 1) t.same(tokensOf([before, last.slice(0, at), last.slice(at)]), told, `cut at ${at}`);
  t.same(tokensOf([before, last, ': keep-alive\n\n']), told);
  t.same(tokensOf([before, last, '\r', '\n']), told);
  t.end();
});

const frames = {
  plain: '{"candidates":[{"content":{"parts":[{"text":"é {\\"error\\": 1}"},{"functionCall":{"name":"f","args":{"error":{"message":"mine, project 123456789012"},"list":[{"error":{"code":1}}]}}}]}}]}',
  error: '{"error":{"code":429,"message":"Quota of project 123456789012 for key AIza-made-up","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","metadata":{"consumer":"projects/123456789012"}}]}}',
  typed: '{"event_type": "error", "error": {"code":"internal_error", "message":"of project 123456789012"}, "event_id": "e9"}',
};
const pretty = (text: string): string => JSON.stringify(JSON.parse(text), null, 2);

/** Streams with an error among their frames: what comes before it, the error, and what comes behind it. */
const streamsWithErrors: readonly (readonly [string, string, string])[] = [
  [`data: ${frames.plain}\r\n\r\n`, `data: ${frames.error}`, '\r\n\r\n'],
  [`: own\n\ndata: ${frames.plain}\n\n`, `data:${frames.error}`, `\n\ndata: ${frames.plain}\n\n`],
  [`data: ${frames.plain}\r\n\r\n`, pretty(frames.error), '\n'],
  ['', `data: ${frames.error}`, '\n\n'],
  ['', pretty(frames.error), ''],
  [`event: step.delta\ndata: ${frames.plain}\n\nevent: error\n`, `data: ${frames.typed}`, '\n\n'],
  [`[${pretty(frames.plain)}\n,\r\n`, pretty(frames.error), '\n]'],
  ['', `[${pretty(frames.error)}`, '\n]\n'],
  [`[${frames.plain}\n,\n`, frames.error, ']'],
];

/** What a filter makes of pieces, each of them taken, or only those that do not pass by themselves. */
const filteredBy = (isShort: boolean, pieces: readonly string[]): { readonly out: string; readonly told: readonly string[] } => {
  const told: string[] = [];
  const { take, end, isAtRest, passes } = errorFilter((error) => {
    told.push(error);
    return cleanStreamError(error, 'AIza-made-up', null);
  });
  const gone = (piece: Buffer): Uint8Array => (isShort && isAtRest() && passes(piece) ? piece : take(piece));
  const out = [...pieces.map((piece) => gone(Buffer.from(piece, 'latin1'))), end()];
  return { out: Buffer.concat(out).toString('latin1'), told };
};

/** Both ways, which come to the same. */
const filtered = (pieces: readonly string[]): ReturnType<typeof filteredBy> => {
  const [long, short] = [filteredBy(false, pieces), filteredBy(true, pieces)];
  if (long.out !== short.out || long.told.join() !== short.told.join()) throw new Error(JSON.stringify([pieces, long, short]));
  return long;
};

t.test('an error among the frames of a stream is cleaned, however its pieces come, and nothing else is touched', (t) => {
  for (const [before, error, after] of streamsWithErrors) {
    const all = Buffer.from(before + error + after).toString('latin1');
    const ways = Array.from(all, (_, at) => [all.slice(0, at), all.slice(at)]);
    const lines = all.split(/(?<=\n)/);
    const events = all.split(/(?<=\n\r?\n)/);
    for (const pieces of [[all], Array.from(all), lines, events, ...ways]) {
      const { out, told } = filtered(pieces);
      const bytes = Buffer.from(out, 'latin1').toString();
      if (told.length !== 1 || !bytes.startsWith(before) || !bytes.endsWith(after)) return t.fail(JSON.stringify([pieces, bytes]));
      const between = bytes.slice(before.length, bytes.length - after.length);
      if (/123456789012|AIza/.test(between)) return t.fail(between);
      const value = JSON.parse(between.slice(between.indexOf('{'))) as Record<string, unknown>;
      if (typeof (value['error'] as Record<string, unknown>)['code'] !== typeof (JSON.parse(told[0] ?? '') as { error: Record<string, unknown> }).error['code']) return t.fail(between);
      if (error.includes('event_id')) t.match(value, { event_type: 'error', event_id: 'e9' });
    }
  }
  t.end();
});

t.test('frames without an error of a stream\'s own pass byte for byte, however their pieces come', (t) => {
  const harmless = '{"error":{"code":503,"message":"The model is overloaded. Please try again later.","status":"UNAVAILABLE"}}';
  const streams = [`data: ${frames.plain}\r\n\r\n`, `[${pretty(frames.plain)}\n,\r\n${pretty(frames.plain)}\n]`, `data: ${harmless}\n\n`, 'data: {"error":null,"candidates":[]}\n\n', 'data: {"error', 'data: {"error":{"code":1,'];
  const giant = `data: {"error":{"message":"${'x'.repeat(70_000)}"}}\n\n`;
  t.equal(filtered(giant.match(/[^]{1,9000}/g) ?? []).out, giant, 'what is longer than any error of Google\'s');
  const piece = fc.oneof(fc.constantFrom(...streams), fc.string({ maxLength: 20 }));
  fc.assert(
    fc.property(fc.constantFrom(...streams), fc.array(piece, { maxLength: 3 }), fc.nat(200), (first, rest, size) => {
      const all = Buffer.from(first + rest.join('')).toString('latin1');
      const pieces = size === 0 ? [all] : Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size));
      const { out, told } = filtered(pieces);
      if (told.every((error) => cleanStreamError(error, 'AIza-made-up', null) === error) && out !== all) throw new Error(out);
    }),
    { numRuns: 200 },
  );
  t.same(['data: {"error":{}}', '{"error": {', '[{\n"error":{', 'data: {"candidates"', '{"a":{"error":{}}}', ''].map((text) => opensWithError(Buffer.from(text))), [true, true, true, false, false, false]);
  t.end();
});

t.test('errors that an answer tells of name no key and no project, and all else of it stays byte for byte', (t) => {
  const clean = (answer: string): string => text(cleanTold(Buffer.from(answer), 'the-key'));
  const failed = '{\n "name": "batches/b",\n "done": true, "error": {"code": 7, "message": "Permission denied on projects/123456789012 (project shop-2024, key the-key, AIzaMadeUp0123): see https://console.developers.google.com/apis?project=1. Veo could not make it.", "details": [{"@type":"x","metadata":{"consumer":"projects/123456789012"}}]} }';
  const told = JSON.parse(clean(failed)) as { readonly error: { readonly message: string } };
  t.equal(told.error.message, 'Permission denied on […] ([…], key [key], […]): see […] Veo could not make it.');
  t.notMatch(clean(`{"operations":[${failed},${failed}],"nextPageToken":"x"}`), /123456789012|the-key|AIza/);
  t.ok(clean(failed).startsWith('{\n "name": "batches/b",\n "done": true, "error": {"code":7,'));
  for (const answer of [
    '{"name":"operations/o","error":{"code":3,"message":"The prompt could not be submitted: support code 29310472, é."} }',
    '{"candidates":[{"content":{"parts":[{"functionCall":{"args":{"error":{"message":"of projects/123456789012","code":"x"}}}}]}}]}',
    '{"error":{"code":7,"message":"projects/123456789012","more":1}}', '{"error":', '{"error":{"code":1', '{"text":"\\"error\\":{\\"code\\":1,\\"message\\":\\"projects/123456789012\\"}"}', '',
  ]) t.equal(clean(answer), answer);
  t.end();
});

t.test('an error within an event of an interaction names no key and no project, however its pieces come, and nothing else is touched', (t) => {
  const failed = '"error" : {"code":"permission_denied","message":"Denied on projects/123456789012, AIzaMadeUp0123 {\\"}"}';
  const before = 'event: interaction.created\ndata: {"event_type":"error","x":"\\"error\\":{\\"code\\":1,\\"message\\":\\"projects/123456789012\\"}"}\n\nevent: interaction.completed\ndata: {"interaction":{"status":"failed","error":{},';
  const after = '},"event_type":"interaction.completed"}\n\ndata: {"error":{"code":1,';
  const all = before + failed + after;
  const ways = Array.from(all, (_, at) => [all.slice(0, at), all.slice(at)]);
  for (const pieces of [[all], Array.from(all), ...ways]) {
    const { take, end } = nestedErrorFilter('the-key');
    const out = Buffer.concat([...pieces.map((piece) => take(Buffer.from(piece))), end()]).toString();
    if (!out.startsWith(before) || !out.endsWith(after)) return t.fail(out);
    const between = out.slice(before.length, out.length - after.length);
    if (between !== '"error" : {"code":"permission_denied","message":"Denied on […], […] {\\"}"}') return t.fail(between);
  }
  const { take, passes, isAtRest } = nestedErrorFilter('the-key');
  t.same(['data: {"a":1}\n\n', `data: {${failed}}\n\n`, 'data: {"a'].map((piece) => passes(Buffer.from(piece))), [true, false, false]);
  t.ok(isAtRest());
  t.equal(take(Buffer.from('data: {"a":1}\n\n')).length, 15, 'what can be none is not held');
  t.equal(take(Buffer.from(`{"error":{"${'x'.repeat(9000)}`)).length, 9011, 'nor what is longer than any');
  for (const [path, isCleaned] of [['/v1beta/interactions', true], ['/v1beta/models/m:streamGenerateContent', false]] as const) {
    const filter = dialect.streamFilter({ path, secret: secret('the-key'), own: null, told: () => undefined });
    t.equal(text(filter.take(Buffer.from(all))).includes('123456789012, AIza'), !isCleaned, path);
  }
  t.end();
});

/** JSON in which errors stand in all places, some of which are none. */
const { field: anyField } = fc.letrec<{ readonly field: unknown; readonly value: unknown }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, fc.constantFrom<unknown>('a "error": {', '\\', '"error":{"code":500}', 'x".{', 1, null, true, '{', '}', 'é "error'), fc.array(tie('value'), { maxLength: 3 }), tie('field')),
  field: fc.dictionary(fc.constantFrom('error', 'a', 'a"error', '"error', 'text', 'é'), tie('value'), { maxKeys: 3 }),
}));

t.test('law: of one value only the outermost error is cleaned, wherever it stands and however the bytes come, and no byte more or less', (t) => {
  const written = fc.record({ fields: anyField, error: fc.option(fc.constantFrom({ code: 500, message: 'key AIza-made-up-one of projects/123456789012', status: 'INTERNAL' }, { code: 503, message: 'Busy {"}' }, {}), { nil: undefined }), at: fc.nat(3), indent: fc.constantFrom(0, 2), cuts: fc.array(fc.nat(400), { maxLength: 6 }) });
  fc.assert(
    fc.property(written, ({ fields, error, at, indent, cuts }) => {
      const entries = Object.entries(fields as object).filter(([name]) => name !== 'error');
      const all = Object.fromEntries(error === undefined ? entries : entries.toSpliced(at, 0, ['error', error]));
      const bytes = Buffer.from(`${JSON.stringify(all, null, indent)}\n`);
      const met: unknown[] = [];
      const { take, end, passes, isAtRest } = lateErrorFilter((one) => {
        met.push(JSON.parse(one));
        return cleanStreamError(one, 'the-key', null);
      });
      const places = [0, ...cuts.map((cut) => cut % bytes.length).toSorted((a, b) => a - b), bytes.length];
      const down = places.slice(1).map((to, index) => {
        const piece = bytes.subarray(places[index], to);
        return isAtRest() && passes(piece) ? piece : take(piece);
      });
      const out = Buffer.concat([...down, end()]);
      t.same(met, error === undefined ? [] : [{ error }]);
      t.equal(out.length, bytes.length);
      const clean = error === undefined ? undefined : (JSON.parse(cleanStreamError(JSON.stringify({ error }), 'the-key', null)) as { readonly error: { readonly code?: number; readonly status?: string } }).error;
      const told = JSON.parse(out.toString()) as Readonly<Record<string, unknown>>;
      const short = clean === undefined ? undefined : JSON.parse(JSON.stringify({ code: clean.code, status: clean.status }));
      t.same({ ...told, error: undefined }, { ...all, error: undefined }, 'all else is as it came');
      t.ok([clean, short, {}].some((one) => JSON.stringify(one) === JSON.stringify(told['error'])), JSON.stringify(told['error']));
      if (indent === 2) t.same(told['error'] ?? null, (error !== undefined && Object.keys(error).length === 0 ? {} : clean) ?? null, 'in full where there is room');
      if (JSON.stringify(clean) === JSON.stringify(error)) t.ok(out.equals(bytes), 'as it came where nothing has to go');
      if (error !== undefined) t.ok(mayHoldError(bytes));
    }),
    { numRuns: 1000 },
  );
  t.end();
});

t.test('what is held for an error that may stand behind it is bounded, and passes', (t) => {
  const { take, end, isAtRest } = lateErrorFilter((one) => one);
  const [piece, times] = [Buffer.from('{"error":{"a":1},"x":"'.repeat(500)), 60];
  let [came, gone] = [0, 0];
  for (let at = 0; at < times; at += 1) {
    came += piece.length;
    gone += take(piece).length;
    t.ok(came - gone <= 192 * 1024, `${came - gone} bytes are held`);
  }
  t.equal(gone + end().length, piece.length * times);
  const other = lateErrorFilter((text) => text);
  t.equal(other.take(Buffer.alloc(1_000_000, 'A')).length, 1_000_000, 'a picture is not held');
  t.ok(other.isAtRest());
  t.equal(other.take(Buffer.from('"err')).length, 0);
  t.equal(text(other.end()), '"err');
  t.ok(isAtRest() || gone > 0);
  t.end();
});
