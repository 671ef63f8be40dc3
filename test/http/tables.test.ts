import fc from 'fast-check';
import t from 'tap';
import { E, TE } from '../../src/kernel/fp.ts';
import { headerText } from '../../src/kernel/header-text.ts';
import { invalid, type ProxyError } from '../../src/kernel/proxy-error.ts';
import { callerAddress } from '../../src/http/caller-address.ts';
import { corsHeaders, preflightHeaders } from '../../src/http/cors.ts';
import { readCredential } from '../../src/http/credential.ts';
import { checkMediaType, type BodyKind } from '../../src/http/check-media-type.ts';
import { originOf } from '../../src/http/origin.ts';
import { fromOwnNetwork } from '../../src/http/own-network.ts';
import type { Route } from '../../src/http/route.ts';
import { headLines } from '../../src/http/reply-head.ts';
import { routeTable } from '../../src/http/router.ts';
import { baseAddresses } from '../../src/openai/base-addresses.ts';
import { openaiErrors } from '../../src/openai/errors.ts';
import { json } from '../../src/ports/reply.ts';

const route = (method: Route['method'], pattern: string): Route => ({ method, pattern, handle: () => TE.right(json(200, {})) });

const headers =
  (sent: Readonly<Record<string, string>>) =>
  (name: string): string | null =>
    sent[name] ?? null;

t.test('the router finds the route of every way in which people type a path', async (t) => {
  const find = routeTable([
    route('GET', '/'),
    route('GET', '/models'),
    route('GET', '/models/{id}'),
    route('POST', '/models/{id}'),
    route('POST', '/chat/completions'),
    route('GET', '/models/special'),
    { ...route('GET', '/healthz'), quiet: true },
  ], baseAddresses);
  const told = (method: string, path: string): string => {
    const found = find(method, path);
    if (E.isRight(found)) return `${found.right.route.method} ${found.right.route.pattern} ${found.right.id}`.trim();
    return found.left.tag === 'MethodNotAllowed' ? `not allowed, but ${found.left.allowed.join(' ')}` : found.left.tag;
  };
  const table: readonly (readonly [method: string, path: string, expected: string])[] = [
    ['GET', '/', 'GET /'],
    ['GET', '//', 'GET /'],
    ['GET', '/v1', 'GET /'],
    ['POST', '/chat/completions', 'POST /chat/completions'],
    ['POST', '/v1/chat/completions', 'POST /chat/completions'],
    ['POST', '/v1/v1/chat/completions', 'POST /chat/completions'],
    ['POST', '//v1//chat/completions/', 'POST /chat/completions'],
    ['GET', '/v1/models/', 'GET /models'],
    ['HEAD', '/v1/models', 'GET /models'],
    ['GET', '/v1/models/gemini-x', 'GET /models/{id} gemini-x'],
    ['GET', '/v1/models/models/gemini-x', 'GET /models/{id} models/gemini-x'],
    ['GET', '/models/v1/x', 'GET /models/{id} v1/x'],
    ['POST', '/v1/models/gemini-x:generateContent', 'POST /models/{id} gemini-x:generateContent'],
    ['GET', '/models/special', 'GET /models/special'],
    ...['/v1beta/openai', '/v1beta/openai/', '/openai/v1', '/api/v1', '/v1/openai', '/api/v1/v1', '/v1beta/openai/v1', '/v1/v1beta/openai', '/v1/v1/v1/v1'].flatMap(
      (base) =>
        [
          ['POST', `${base}/chat/completions`, 'POST /chat/completions'],
          ['GET', `${base}/models`, 'GET /models'],
          ['GET', `${base}/models/gemini-x`, 'GET /models/{id} gemini-x'],
          ['GET', base, 'GET /'],
        ] as const,
    ),
    ['POST', '/v1/chat/completions/v1/chat/completions', 'POST /chat/completions'],
    ['POST', '/v1/chat/completions/chat/completions', 'POST /chat/completions'],
    ['POST', '/chat/completions//chat/completions/', 'POST /chat/completions'],
    ['POST', '/v1beta/openai/chat/completions/v1/chat/completions', 'POST /chat/completions'],
    ['GET', '/v1/chat/completions/models', 'GET /models'],
    ['GET', '/v1/chat/completions/v1/models', 'GET /models'],
    ['GET', '/v1/chat/completions/v1/models/gemini-x', 'GET /models/{id} gemini-x'],
    ['GET', '/v1/chat/completions/models/gemini-x', 'GET /models/{id} gemini-x'],
    ['GET', '/v1/models/models', 'GET /models'],
    ['GET', '/v1/models/v1/models', 'GET /models'],
    ['GET', '/v1/models/v1/models/gemini-x', 'GET /models/{id} gemini-x'],
    ['POST', '/v1/models/chat/completions', 'POST /chat/completions'],
    ['GET', '/v1/models/healthz', 'GET /models/{id} healthz'],
    ['POST', '/v1/chat/completions/healthz', 'NoSuchRoute'],
    ['GET', '/v1beta/models', 'NoSuchRoute'],
    ['GET', '/api/models', 'NoSuchRoute'],
    ['POST', '/openai/chat/completions', 'NoSuchRoute'],
    ['POST', `/v1/${'chat/completions/'.repeat(500)}`, 'NoSuchRoute'],
    ['GET', '/models/%2e%2e%zz', 'GET /models/{id} %2e%2e%zz'],
    ['DELETE', '/models/special', 'not allowed, but GET HEAD OPTIONS'],
    ['DELETE', '/models/x', 'not allowed, but GET HEAD POST OPTIONS'],
    ['GET', '/chat/completions', 'not allowed, but POST OPTIONS'],
    ['POST', '/chat', 'NoSuchRoute'],
    ['POST', '/', 'NoSuchRoute'],
    ['POST', '/v1/', 'NoSuchRoute'],
    ['DELETE', '/', 'not allowed, but GET HEAD OPTIONS'],
    ['POST', '/chat/completions/more', 'NoSuchRoute'],
    ['GET', '/v1/v2/models', 'NoSuchRoute'],
    ['GET', '/Models', 'NoSuchRoute'],
    ['GET', '/%6dodels', 'NoSuchRoute'],
    ['GET', '/models/../chat/completions', 'NoSuchRoute'],
    ['GET', '/models/./x', 'NoSuchRoute'],
    ['GET', '/models/{id}', 'NoSuchRoute'],
    ['GET', 'http://elsewhere/models', 'NoSuchRoute'],
    ['GET', '*', 'NoSuchRoute'],
    ['GET', '/__proto__', 'NoSuchRoute'],
    ['GET', `/${'a/'.repeat(5000)}`, 'NoSuchRoute'],
    ['constructor', '/models', 'not allowed, but GET HEAD OPTIONS'],
  ];
  for (const [method, path, expected] of table) t.equal(told(method, path), expected, `${method} ${path.slice(0, 40)}`);
});

t.test('the caller is the entry of the forwarding chain that the last trusted proxy wrote', async (t) => {
  const peer = '10.1.2.3';
  const table: readonly (readonly [hops: number, forwarded: readonly string[], expected: string])[] = [
    [0, [], peer],
    [0, ['203.0.113.9'], peer],
    [1, ['203.0.113.9'], '203.0.113.9'],
    [1, ['1.1.1.1', '203.0.113.9'], '203.0.113.9'],
    [2, ['1.1.1.1', '203.0.113.9', '198.51.100.7'], '203.0.113.9'],
    [2, ['203.0.113.9'], peer],
    [1, [], peer],
    [1, ['203.0.113.9', ''], peer],
    [1, ['203.0.113.9', 'unknown'], peer],
    [1, ['203.0.113.9:4711'], '203.0.113.9'],
    [1, ['[2001:DB8:0::1]:4711'], '2001:db8::1'],
    [1, ['[2001:db8::1]'], '2001:db8::1'],
    [1, ['2001:db8::1'], '2001:db8::1'],
    [1, ['::ffff:203.0.113.9'], '203.0.113.9'],
    [1, ['::FFFF:cb00:7109'], '203.0.113.9'],
    [1, ['fe80::1%eth0'], 'fe80::1'],
    [1, ['0x7f.1'], peer],
    [1, ['127.1'], peer],
    [1, ['[::1'], peer],
    [1, ['<script>'], peer],
    [1, ['1.2.3.4, 5.6.7.8'], peer],
  ];
  for (const [hops, forwarded, expected] of table) {
    t.equal(callerAddress({ peer, forwarded }, hops), expected, `${hops} hops over [${forwarded.join(', ')}]`);
  }
  t.equal(callerAddress({ peer: '::ffff:10.1.2.3', forwarded: [] }, 0), peer, 'the peer of a dual-stack socket is unwrapped');
  t.equal(callerAddress({ peer: '', forwarded: [] }, 0), 'unknown');
});

t.test('a caller is from the own network only if nothing tells of another', async (t) => {
  const own = (peer: string, sent: Readonly<Record<string, string>>, host: string | null = 'localhost:7860'): boolean =>
    fromOwnNetwork({ peer, rawHeaders: Object.entries(host === null ? sent : { Host: host, ...sent }).flat() });
  const peers = { '127.0.0.1': true, '::1': true, '::ffff:192.168.1.5': true, '172.31.255.255': true, 'fd00::1': true, 'fe80::2%eth0': true, '172.32.0.1': false, '100.64.0.1': false, '169.254.169.126': false, '2001:db8::1': false, '8.8.8.8': false, '': false };
  for (const [peer, expected] of Object.entries(peers)) t.equal(own(peer, {}), expected, `peer ${peer}`);
  const hosts = {
    localhost: true, 'LOCALHOST:80': true, 'localhost.': true, 'app.localhost': true, nas: true, 'pollux:7860': true, 'nas.local': true, 'box.home.arpa': true, 'box.lan': true,
    '127.0.0.1:7860': true, '192.168.1.5': true, '[::1]:7860': true, '[fd00::1]': true,
    'pollux.example.com': false, 'localhost.example.com': false, 'local.example': false, 'in-addr.arpa': false, '8.8.8.8': false, '[2001:db8::1]': false, '0x7f000001': false, '127.1': false, '': false, 'a@localhost': false, '[::1': false, '..': false,
  };
  for (const [host, expected] of Object.entries(hosts)) t.equal(own('127.0.0.1', {}, host), expected, `host ${host}`);
  t.equal(own('127.0.0.1', {}, null), false, 'no host at all');
  const usual = { authorization: 'Bearer 123', 'user-agent': 'OpenAI/JS', accept: '*/*', 'content-type': 'application/json', 'x-stainless-retry-count': '0', 'x-title': 'x', 'http-referer': 'https://x.example', 'x-goog-api-key': '123', connection: 'close', 'transfer-encoding': 'chunked', cookie: 'a=b', 'sec-ch-ua-platform': 'x', 'accept-language': 'zh' };
  t.equal(own('127.0.0.1', usual), true, 'what clients and browsers send by themselves');
  const traces = 'X-Forwarded-For X-Forwarded-Host X-Forwarded-Proto X-Forwarded-Port X-Forwarded-Server X-Forwarded X-Forwarded-Prefix Forwarded Forwarded-For Via X-Real-IP X-Client-IP Client-IP X-Cluster-Client-IP True-Client-IP CF-Connecting-IP CF-Ray CF-IPCountry CDN-Loop Fly-Client-IP Fly-Forwarded-Proto Fastly-Client-IP X-Azure-ClientIP X-AppEngine-User-IP X-Cloud-Trace-Context X-Amzn-Trace-Id X-Amz-Cf-Id CloudFront-Viewer-Address X-Vercel-Id X-Envoy-External-Address X-Original-URL X-Original-Host X-Originating-IP X-Rewrite-URL X-Host X-Scheme X-ARR-SSL X-NF-Client-Connection-IP X-Request-Start X-ProxyUser-Ip Proxy-Client-IP WL-Proxy-Client-IP Proxy-Connection X-Remote-Addr X-Tailscale-User Tailscale-User-Login X-Railway-Edge Rndr-Id DO-Connecting-IP Ali-CDN-Real-IP Akamai-Origin-Hop Front-End-Https Max-Forwards X-HF-Authorization X-Forwarder-For X-Port X-TLS-Version X-GeoIP-Country Surrogate-Capability Early-Data Client-Cert Client-Cert-Chain'.split(' ');
  for (const name of traces) t.equal(own('127.0.0.1', { [name]: '10.0.0.1' }), false, name);
  const pages: readonly (readonly [name: string, value: string, expected: boolean])[] = [
    ...(['http://localhost:3000', 'http://192.168.1.7:8080', 'https://nas.local', 'http://nas', 'tauri://localhost', 'HTTP://[::1]:1'] as const).map((origin) => ['Origin', origin, true] as const),
    ...(['null', '', 'https://evil.example', 'http://8.8.8.8', 'http://localhost.evil.example', 'https://localhost@evil.example', 'chrome-extension://abcdef', 'file://', 'http://localhost evil'] as const).map((origin) => ['Origin', origin, false] as const),
    ...(['same-origin', 'same-site', 'none'] as const).map((site) => ['Sec-Fetch-Site', site, true] as const),
    ...(['cross-site', '', 'anything'] as const).map((site) => ['Sec-Fetch-Site', site, false] as const),
  ];
  for (const [name, value, expected] of pages) t.equal(own('127.0.0.1', { [name]: value }), expected, `${name}: ${value}`);
  t.equal(fromOwnNetwork({ peer: '127.0.0.1', rawHeaders: ['host', 'localhost', 'origin', 'http://localhost', 'origin', 'https://evil.example'] }), false, 'also what stands twice');
});

t.test('the password is found wherever clients put it, and the first place that holds one counts', async (t) => {
  const table: readonly (readonly [sent: Readonly<Record<string, string>>, query: string, keyInQuery: boolean, expected: string | null])[] = [
    [{}, '', false, null],
    [{ authorization: 'Bearer one' }, '', false, 'one'],
    [{ authorization: 'bearer   one ' }, '', false, 'one'],
    [{ authorization: 'one' }, '', false, 'one'],
    [{ authorization: 'Bearer' }, '', false, null],
    [{ authorization: 'Bearer ', 'x-api-key': 'two' }, '', false, 'two'],
    [{ authorization: 'Basic dTpw', 'x-api-key': 'two' }, '', false, 'two'],
    [{ authorization: 'Bearer one', 'x-api-key': 'two' }, '', false, 'one'],
    [{ 'x-api-key': 'two', 'api-key': 'three' }, '', false, 'two'],
    [{ 'api-key': 'three', 'x-goog-api-key': 'four' }, '', false, 'three'],
    [{ 'x-goog-api-key': 'four' }, 'key=five', true, 'four'],
    [{}, 'alt=sse&key=five%20six', true, 'five six'],
    [{}, 'key=five', false, null],
    [{}, 'key=', true, null],
    [{ cookie: 'key=five' }, '', true, null],
  ];
  for (const [sent, query, keyInQuery, expected] of table) {
    const found = readCredential({ header: headers(sent), query }, keyInQuery);
    t.equal(found?.reveal() ?? null, expected, JSON.stringify([sent, query]));
  }
});

t.test('a body is taken as JSON only if nothing says that it is something else', async (t) => {
  const table: readonly (readonly [sent: Readonly<Record<string, string>>, accepts: BodyKind, taken: boolean])[] = [
    [{}, 'json', true],
    [{ 'content-type': 'application/json' }, 'json', true],
    [{ 'content-type': 'Application/JSON; charset=UTF-8' }, 'json', true],
    [{ 'content-type': 'application/vnd.api+json' }, 'json', true],
    [{ 'content-type': 'application/json; charset=gbk' }, 'json', false],
    [{ 'content-type': 'text/plain' }, 'json', false],
    [{ 'content-type': 'text/plain; application/json' }, 'json', false],
    [{ 'content-type': 'application/x-www-form-urlencoded' }, 'json', false],
    [{ 'content-type': 'multipart/form-data; boundary=x' }, 'json', false],
    [{ 'content-type': 'multipart/form-data; boundary=x' }, 'multipart', true],
    [{ 'content-type': 'application/json' }, 'multipart', false],
    [{ 'content-type': 'multipart/form-data; boundary=x' }, 'either', true],
    [{ 'content-type': 'application/json' }, 'either', true],
    [{}, 'either', true],
    [{ 'content-type': 'application/json; charset=gbk' }, 'either', false],
    [{ 'content-type': 'application/x-www-form-urlencoded' }, 'either', false],
    [{ 'content-type': 'multipart/form-data; boundary=x', 'content-encoding': 'gzip' }, 'either', false],
    [{ 'content-encoding': 'identity' }, 'json', true],
    [{ 'content-encoding': 'gzip' }, 'json', false],
    [{ 'content-encoding': 'gzip, gzip' }, 'json', false],
    [{ 'transfer-encoding': 'chunked' }, 'json', true],
    [{ 'transfer-encoding': 'gzip, chunked' }, 'json', false],
  ];
  for (const [sent, accepts, taken] of table) {
    t.equal(E.isRight(checkMediaType(headers(sent), accepts)), taken, `${JSON.stringify(sent)} as ${accepts}`);
  }
});

t.test('of two headers with one name the later is sent, but of `vary` both', (t) => {
  const own = { 'content-type': 'text/plain', vary: 'accept' };
  t.same(headLines([{ a: '1', 'content-type': 'none', vary: 'origin' }, own, { a: '2' }, {}]), ['content-type', 'text/plain', 'a', '2', 'vary', 'origin, accept']);
  t.same(headLines([{ b: '1' }]), ['b', '1']);
  t.end();
});

t.test('cross-origin answers', async (t) => {
  const allowed = 'access-control-allow-origin';
  const list = ['https://chat.example.com'];
  t.equal(corsHeaders('*', 'https://a.example')[allowed], '*');
  t.equal(corsHeaders('*', null)[allowed], '*');
  t.same(corsHeaders('*', null)['vary'], undefined);
  t.equal(corsHeaders(list, 'https://chat.example.com')[allowed], 'https://chat.example.com');
  t.equal(corsHeaders(list, 'https://chat.example.com')['vary'], 'origin');
  t.same(corsHeaders(list, 'https://chat.example.com.evil.example'), { vary: 'origin' });
  t.same(corsHeaders(list, null), { vary: 'origin' });
  t.notOk('access-control-allow-credentials' in corsHeaders(list, 'https://chat.example.com'));

  const asked = 'access-control-allow-headers';
  t.equal(preflightHeaders('authorization,x-stainless-os')[asked], 'authorization,x-stainless-os');
  t.equal(preflightHeaders(null)[asked], 'authorization, content-type');
  t.equal(preflightHeaders('x\u0001y')[asked], 'authorization, content-type');
  t.equal(preflightHeaders('a'.repeat(3000))[asked], 'authorization, content-type');
});

t.test("an error's first sentence stands in the status line: ASCII, short, and nothing of the request", async (t) => {
  const reason = (error: ProxyError): string => openaiErrors.whole(error).reason ?? '';
  const table: readonly (readonly [error: ProxyError, expected: string])[] = [
    [{ tag: 'WrongPassword' }, 'Incorrect API key provided: it must be the PASSWORD of this service, no key of Google or OpenAI'],
    [{ tag: 'LimitReached', limit: 'minute', most: 3, retryAfterSeconds: 20 }, 'This service takes 3 requests a minute (MAX_REQUESTS_PER_MINUTE): wait 20 seconds, then send it again'],
    [{ tag: 'ModelNotFound', model: 'secret', message: 'models/secret is not found' }, 'Unknown model: choose a Gemini model, for example gemini-flash-latest'],
    [{ tag: 'NoSuchRoute', method: 'SECRET', path: '/secret' }, 'Unknown request URL: the base address of this service ends in /v1'],
    [{ tag: 'MethodNotAllowed', method: 'SECRET', allowed: ['GET'] }, 'This method is not allowed here'],
    [{ tag: 'GeminiInvalid', message: 'Bad secret', code: null }, 'Gemini refused the request'],
    [invalid("'messages.0.content.1.image_url.url' could not be fetched: its host is not at a public address, or does not answer.", 'messages.0.content.1.image_url.url'), 'messages could not be fetched: its host is not at a public address, or does not answer'],
    [invalid("Invalid value for 'model': 'secret' does not translate. Ask another.", 'model'), 'Invalid value for model: ... does not translate'],
    [invalid("'tools.0.function.parameters.properties.a' secret 'b.type' is wrong.", "tools.0.function.parameters.properties.a' secret 'b.type"), 'tools is wrong'],
    [invalid("'tools.0' cannot use Google's tools beside 'secret' and “secret” or 'a' secret 'b'.", 'tools.0'), "tools cannot use Google's tools beside ..."],
    [invalid(`'${'x'.repeat(100_000)}' is wrong.`, 'x'.repeat(100_000)), 'Invalid request'],
    [invalid('Ünïcode – “so”…\r\nx: y', null), '?n?code - ...... x: y'],
    [invalid("Invalid value for 'secret", null), 'Invalid value for ...'],
    [invalid(`${'word '.repeat(40)}.`, null), `${'word '.repeat(23)}...`.replace(/ \.\.\.$/, '...')],
  ];
  for (const [error, expected] of table) t.equal(reason(error), expected);
  t.equal(headerText('a'.repeat(500), 120), `${'a'.repeat(117)}...`);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(200), (text, most) => {
      const made = headerText(text, most + 8);
      return /^[\x20-\x7e]*$/.test(made) && made.length <= most + 8;
    }),
  );
});

t.test('a link names the host as the trusted proxies tell it, and as nobody else does', async (t) => {
  const origin = (sent: Readonly<Record<string, string>>, hops = 1, peer = '10.0.0.1'): string => originOf({ header: headers({ host: 'pics.example.org', ...sent }), peer }, hops);
  const table: readonly (readonly [sent: Readonly<Record<string, string>>, expected: string])[] = [
    [{}, 'http://pics.example.org'],
    [{ host: 'pics.example.org:7860' }, 'http://pics.example.org:7860'],
    [{ 'x-forwarded-proto': 'https' }, 'https://pics.example.org'],
    [{ 'x-forwarded-proto': 'https', 'x-forwarded-port': '34567' }, 'https://pics.example.org:34567'],
    [{ 'x-forwarded-proto': 'https', 'x-forwarded-port': '443' }, 'https://pics.example.org'],
    [{ 'x-forwarded-port': '80' }, 'http://pics.example.org'],
    [{ 'x-forwarded-port': '443' }, 'http://pics.example.org:443'],
    [{ 'x-forwarded-host': 'a.example:8443', 'x-forwarded-port': '1', 'x-forwarded-proto': 'HTTPS' }, 'https://a.example:8443'],
    [{ 'x-forwarded-host': '[2001:db8::1]', 'x-forwarded-port': '81' }, 'http://[2001:db8::1]:81'],
    [{ 'x-forwarded-port': '70000' }, 'http://pics.example.org'],
    [{ 'x-forwarded-port': '0' }, 'http://pics.example.org'],
    [{ 'x-forwarded-host': 'evil.example, a.example' }, 'http://a.example'],
    [{ 'x-forwarded-host': 'evil.example/../x' }, 'http://pics.example.org'],
    [{ forwarded: 'for=192.0.2.1;host=a.example;proto=https' }, 'https://a.example'],
    [{ forwarded: 'For="[2001:db8::1]:99"; Host="a.example:34567"; Proto=https' }, 'https://a.example:34567'],
    [{ forwarded: 'host=evil.example;proto=https, for=x;host="a.exa\\mple"' }, 'http://a.example'],
    [{ forwarded: 'for="a,b;host=evil.example";host=a.example' }, 'http://a.example'],
    [{ forwarded: 'for="unended;host=evil.example' }, 'http://pics.example.org'],
    [{ forwarded: ';;,=,"' }, 'http://pics.example.org'],
    [{ forwarded: 'host=evil.example;proto=https', 'x-forwarded-for': '192.0.2.1' }, 'http://pics.example.org'],
    [{ host: 'not a host' }, ''],
  ];
  for (const [sent, expected] of table) t.equal(origin(sent), expected, JSON.stringify(sent));
  const told = { 'x-forwarded-host': 'a.example', 'x-forwarded-proto': 'https', 'x-forwarded-port': '1' };
  t.equal(origin(told, 0), 'http://pics.example.org', 'no proxy is trusted');
  t.equal(origin(told, 1, '203.0.113.9'), 'http://pics.example.org', 'no proxy of ours stands at a public address');
  for (const front of ['169.254.169.126', '100.64.0.3', '::ffff:10.0.0.1', 'fd00::1']) t.equal(origin(told, 1, front), 'https://a.example:1', `a platform's front at ${front}`);
  t.equal(origin({ forwarded: 'host=evil.example' }, 0), 'http://pics.example.org');
  t.equal(origin({ 'x-forwarded-host': 'evil.example, a.example, b.example' }, 2), 'http://a.example', 'the outermost that is trusted');
});
