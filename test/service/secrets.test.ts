import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { keyFailures } from '../support/gemini-emulator/key-failures.ts';
import { faultKinds } from '../support/gemini-emulator/faults.ts';
import { chat, frame, model, pollux, question, type Pollux } from '../support/pollux.ts';
import { temporaryFolder } from '../support/service-process.ts';

const keys = ['AIzaMadeUpKeyOfTheOldShape000000000001', 'AQ.MadeUpKeyOfTheNewShape0000000000002', 'a-key-of-no-known-shape-3'];
const password = 'pass"word with+odd/characters';
const project = '123456789012';
const asking = 'The-secret-of-the-question';
const answering = 'The-secret-of-the-answer';

/** A secret as it may stand in a text: plain, in an address, in JSON, in base64. */
const formsOf = (secret: string): readonly string[] => [
  secret,
  encodeURIComponent(secret),
  JSON.stringify(secret).slice(1, -1),
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
];

const found = (secrets: readonly string[], text: string): readonly string[] => secrets.filter((secret) => formsOf(secret).some((form) => text.includes(form)));

const everything = async (answer: Response): Promise<string> => `${JSON.stringify([...answer.headers])}\n${await answer.text()}`;

/** The same request again and again, each time with another mishap at Gemini; the errors that came of it. */
const mishaps = async (service: Pollux): Promise<readonly string[]> => {
  const { emulator } = service;
  const errors: string[] = [];
  const ask = async (over: object = {}): Promise<void> => {
    const answer = await chat(service, question(asking, over));
    const text = await everything(answer);
    if (answer.status !== 200 || text.includes('"error"')) errors.push(text);
  };
  emulator.answerWith([frame(answering), { error: { code: 500, message: `key ${keys[0]} of projects/${project} saw a fault`, status: 'INTERNAL' } }], { times: 1 });
  await ask({ stream: true });
  const refusal = { error: { code: 400, message: `API key ${keys[2]} of project ${project}: no`, status: 'INVALID_ARGUMENT' } };
  emulator.answerWith({ status: 400, body: JSON.stringify(refusal) }, { times: 1 });
  await ask();
  for (const kind of faultKinds.filter((kind) => !/^stall|^endless|^giant/.test(`${kind}`))) {
    emulator.fault(kind, { times: 9 });
    await ask({ stream: true });
    emulator.reset();
  }
  for (const failure of keyFailures) {
    for (const key of keys) emulator.failKey(key, failure, { model: `gemini-2.5-flash` });
    await ask();
    emulator.reset();
  }
  return errors;
};

/** What callers get wrong, each with the secrets in it. */
const wrongRequests = async ({ url }: Pollux): Promise<readonly string[]> => {
  const post = (body: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
    fetch(`${url}/v1/chat/completions?key=${encodeURIComponent(password)}&x=${asking}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${password}`, 'content-type': 'application/json', ...headers },
      body,
    });
  const answers = [
    await post(`{"model":"${model}","messages":[{"role":"user","content":"${asking}"`),
    await post(JSON.stringify({ model, messages: asking })),
    await post(JSON.stringify({ model, messages: [{ role: asking, content: asking }] })),
    await post(JSON.stringify({ model, messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: `data:${asking}` } }] }] })),
    await post(JSON.stringify({ model, messages: [{ role: 'user', content: 'x' }], temperature: asking, stop: { [asking]: 1 } })),
    await post(asking, { 'content-type': 'text/plain' }),
    await post('{}', { authorization: `Bearer ${asking}` }),
    await fetch(`${url}/v1/nothing?key=${encodeURIComponent(password)}`, { headers: { authorization: `Bearer ${password}` } }),
  ];
  return Promise.all(answers.map(everything));
};

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)).filter((path) => statSync(path).isFile());

t.test('keys, password and texts stand in no log line, no error, no status page and no state file', async (t) => {
  const folder = temporaryFolder(t);
  const service = await pollux(t, { keys, settings: { PASSWORD: password, DATA_DIR: folder, MAX_REQUESTS_PER_DAY_PER_IP: '1000' } });
  const headers = { authorization: `Bearer ${password}` };
  const good = await chat(service, question(asking));
  t.match(await good.text(), asking);
  const errors = [...(await mishaps(service)), ...(await wrongRequests(service))];
  t.ok(errors.length > 30, `${errors.length} errors were seen`);
  const pages = [await everything(await fetch(`${service.url}/`)), await everything(await fetch(`${service.url}/status`, { headers }))];
  await service.close();
  const state = filesBelow(folder).map((path) => readFileSync(path, 'utf8'));
  t.ok(state.length >= 2, 'state was kept');
  t.ok(service.log.length > errors.length, 'every request has its line');
  const places = { log: service.log, errors, pages, state };
  for (const [place, texts] of Object.entries(places)) {
    // A stream that fails holds what was answered before.
    const secrets = [...keys, password, asking, project, ...(place === 'errors' ? [] : [answering])];
    t.same(texts.flatMap((text) => found(secrets, text).map((secret) => `${secret} in ${text.slice(0, 1500)}`)), [], place);
  }
});

t.test('the password never goes to Gemini, and a key goes there in its header alone', async (t) => {
  const service = await pollux(t, { keys, settings: { PASSWORD: password } });
  await chat(service, question('Hello'), { headers: { 'x-api-key': password, cookie: `session=${password}`, 'x-forwarded-for': '198.51.100.1', 'openai-organization': 'mine' } });
  for (const { path, query, headers, body, queryKey } of service.emulator.requests) {
    const { 'x-goog-api-key': key, ...others } = headers;
    t.ok(keys.includes(String(key)));
    t.equal(queryKey, null);
    t.same(found([password, ...keys], JSON.stringify([path, query, others, body])), []);
    t.same(Object.keys(others).filter((name) => /cookie|forwarded|authorization|openai|x-api-key/.test(name)), []);
  }
});
