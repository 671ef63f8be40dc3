import t from 'tap';
import { asked, chat, madeUpKeys, pollux, question, toldBy, type Pollux } from '../support/pollux.ts';

type KeyShown = { readonly state: string; readonly models: readonly unknown[] };

const keysShown = async ({ url, password }: Pollux): Promise<readonly KeyShown[]> => {
  const answer = await fetch(`${url}/status`, { headers: { authorization: `Bearer ${password}` } });
  return ((await answer.json()) as { readonly keys: readonly KeyShown[] }).keys;
};

/** What Google (or something on the way) says, in which a request's own words stand, or which a request can bring about. */
const texts: readonly string[] = [
  'models/SERVICE_DISABLED is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods.',
  'models/CONSUMER_SUSPENDED is not found for API version v1beta, or is not supported for generateContent.',
  'models/API_KEY_EXPIRED is not found for API version v1beta, or is not supported for generateContent.',
  'models/API key not valid. Please pass a valid API key. is not found for API version v1beta',
  'You do not have permission to access the File abc-123 or it may not exist.',
  'CachedContent not found (or permission denied)',
  'Unsupported MIME type: x/has been suspended',
  'Unsupported MIME type: x/reported as leaked',
  'The caller does not have permission',
  "Permission denied: Consumer 'api_key:a b' has been suspended. Or not.",
  'Invalid value at \'contents[0]\' "API_KEY_INVALID has not been used in project"',
  'Forbidden',
  '',
];

const words: Readonly<Record<number, string>> = { 400: 'INVALID_ARGUMENT', 401: 'UNAUTHENTICATED', 403: 'PERMISSION_DENIED', 404: 'NOT_FOUND', 413: 'INVALID_ARGUMENT', 429: 'RESOURCE_EXHAUSTED', 500: 'INTERNAL', 503: 'UNAVAILABLE' };

type Form = (text: string, status: number) => string;

const googles: readonly Form[] = [
  (message, code) => JSON.stringify({ error: { code, message, status: words[code] } }),
  (message, code) => JSON.stringify([{ error: { code, message, status: words[code], details: [{ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ description: message, reason: 'API_KEY_INVALID' }] }] } }]),
];

const others: readonly Form[] = [
  (text) => `<html><body><h1>${text}</h1>API_KEY_INVALID</body></html>`,
  (text) => text,
  (text) => JSON.stringify({ error: text }),
  (message) => JSON.stringify({ error: { message, type: 'forbidden', code: 'API_KEY_INVALID' } }),
];

const statuses = Object.keys(words).map(Number);

t.test('no request takes a key from the others, whatever comes back for it', { timeout: 120_000 }, async (t) => {
  for (const forms of [googles, others]) {
    await Promise.all(
      statuses.map(async (status) => {
        const service = await pollux(t, { keys: madeUpKeys, settings: { TRUST_PROXY_HOPS: '1', STREAM_KEEPALIVE_SECONDS: '0' } });
        service.emulator.answerWith(({ seen }) => {
          const place = /ATTACK (\d+) (\d+)/.exec(JSON.stringify(seen.body));
          const form = forms[Number(place?.[1])];
          return place === null || form === undefined ? undefined : { status, body: form(texts[Number(place[2])] ?? '', status) };
        });
        const attack = async (at: number, text: number): Promise<void> => {
          const model = status === 429 ? 'gemini-2.5-pro' : 'gemini-2.5-flash';
          const attacked = await chat(service, question(`ATTACK ${at} ${text}`, { model, stream: text % 2 === 0 }), { headers: { 'x-forwarded-for': '198.51.100.1' } });
          await attacked.text();
          const name = `${status} ${forms[at]?.(texts[text] ?? '', status)}: ${attacked.status}`;
          if (forms === others) t.ok([502, 503].includes(attacked.status), name);
          else if ([400, 403, 404, 413].includes(status)) t.ok([400, 404].includes(attacked.status), name);
        };
        await Promise.all([...forms.keys()].flatMap((at) => [...texts.keys()].map((text) => attack(at, text))));
        const shown = await keysShown(service);
        t.same(shown.map(({ state }) => state), ['ready', 'ready', 'ready'], `${status}`);
        if (forms === others) t.ok(shown.every(({ models }) => models.length === 0), `${status}: nothing rests`);
        const next = await chat(service, question('Hello'), { headers: { 'x-forwarded-for': '198.51.100.2' } });
        t.equal(next.status, 200, `${status}: the next ordinary chat is answered`);
      }),
    );
  }
});

t.test('the same words at the end of a stream move no key', async (t) => {
  const service = await pollux(t, { keys: madeUpKeys });
  const frame = { candidates: [{ content: { parts: [{ text: 'Well' }] } }] };
  for (const message of texts)
    for (const code of statuses.filter((status) => status !== 429)) {
      service.emulator.answerWith([frame, { error: { code, message, status: words[code] } }], { times: 1 });
      t.match(await (await chat(service, question('Hello', { stream: true }))).text(), /Well[^]*"error"/);
    }
  t.ok((await keysShown(service)).every(({ state, models }) => state === 'ready' && models.length === 0));
});

t.test("a refusal for one caller's file, cache or model is that caller's own 4xx, and asks no key in vain twice", async (t) => {
  const service = await pollux(t, { keys: madeUpKeys });
  const refusing = async (message: string, status: number) => {
    service.emulator.answerWith({ status, body: JSON.stringify({ error: { code: status, message, status: words[status] } }) });
    const before = asked(service.emulator).length;
    const refused = await chat(service, question('Hello'));
    return [refused.status, (await toldBy(refused)).error.message, asked(service.emulator).length - before] as const;
  };
  t.match(await refusing('You do not have permission to access the File abc-123 or it may not exist.', 403), [400, /the file abc-123 is not there/, 1]);
  t.match(await refusing('CachedContent not found (or permission denied)', 403), [400, /the cached content is not there/, 1]);
  t.match(await refusing('The caller does not have permission', 403), [404, /none of this service's keys use the model 'gemini-2.5-flash'/, 3]);
  t.match(await refusing('Unsupported MIME type: x/has been suspended', 400), [400, /Unsupported MIME type/, 1]);
});
