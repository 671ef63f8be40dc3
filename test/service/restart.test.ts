import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { EmulatorOptions, GeminiEmulator } from '../support/gemini-emulator/emulator.ts';
import { asked, chat, emulated, madeUpKeys, model, question, settingsFor } from '../support/pollux.ts';
import { startService, type TestService } from '../support/service.ts';
import { temporaryFolder } from '../support/service-process.ts';

const [one = '', two = ''] = madeUpKeys;

type Runs = {
  readonly emulator: GeminiEmulator;
  readonly folder: string;
  /** Starts the service in the same folder, lets `use` ask it, and stops it. */
  readonly run: (use: (service: TestService) => Promise<unknown>) => Promise<void>;
};

const runs = async (t: Test, settings: Readonly<Record<string, string>> = {}, options: EmulatorOptions = {}): Promise<Runs> => {
  const emulator = await emulated(t, options);
  const folder = temporaryFolder(t);
  return {
    emulator,
    folder,
    run: async (use) => {
      const service = await startService({ ...settingsFor(emulator, [one, two]), DATA_DIR: folder, ...settings });
      try {
        await use(service);
      } finally {
        await service.close();
      }
    },
  };
};

const keysAsked = (emulator: GeminiEmulator): readonly (string | null)[] => asked(emulator).map(({ key }) => key);

t.test('a key that is out for the day is still out after a restart', async (t) => {
  const { emulator, run } = await runs(t);
  emulator.failKey(one, 'day', { model });
  await run(async (service) => t.equal((await chat(service, question('Hello'))).status, 200));
  t.same(keysAsked(emulator), [one, two]);
  emulator.reset();
  await run(async (service) => {
    for (let count = 0; count < 3; count += 1) t.equal((await chat(service, question('Hello'))).status, 200);
  });
  t.same(keysAsked(emulator), [two, two, two]);
});

t.test("an address's day goes on after a restart, a minute begins anew", async (t) => {
  const { run } = await runs(t, { MAX_REQUESTS_PER_DAY_PER_IP: '3', MAX_REQUESTS_PER_MINUTE: '2' });
  const statuses: number[] = [];
  const twice = async (service: TestService): Promise<void> => {
    for (let count = 0; count < 2; count += 1) statuses.push((await chat(service, question('Hello'))).status);
  };
  await run(twice);
  await run(twice);
  t.same(statuses, [200, 200, 200, 429]);
});

type Called = { readonly choices: readonly { readonly message: { readonly tool_calls: readonly { readonly id: string; readonly function: object }[] } }[] };

t.test('a thought signature that the client dropped is known after a restart', async (t) => {
  const { emulator, run } = await runs(t, {}, { strictSignatures: true });
  const tools = [{ type: 'function', function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } } }];
  const over = { model: 'gemini-3.5-flash', tools };
  const user = { role: 'user', content: 'The weather in Paris?' };
  const messages: object[] = [user];
  await run(async (service) => {
    const called = (await (await chat(service, { ...over, messages })).json()) as Called;
    const { id, function: named } = called.choices[0]?.message.tool_calls[0] ?? { id: '', function: {} };
    messages.push({ role: 'assistant', tool_calls: [{ id, type: 'function', function: named }] }, { role: 'tool', tool_call_id: id, content: 'blue' });
  });
  await run(async (service) => t.equal((await chat(service, { ...over, messages })).status, 200));
  const signature = Buffer.from('emulated thought signature 1').toString('base64');
  t.match(JSON.stringify(asked(emulator)[1]?.body), `"thoughtSignature":"${signature}"`);
  t.equal(asked(emulator)[1]?.key, asked(emulator)[0]?.key, 'the conversation goes back to the key that signed');
});

t.test('without a folder to write to the service runs from memory and says so once a file', async (t) => {
  const { emulator, folder } = await runs(t);
  chmodSync(folder, 0o500);
  for (const data of [folder, '/dev/null/nowhere']) {
    const service = await startService({ ...settingsFor(emulator, [one, two]), DATA_DIR: data });
    for (let count = 0; count < 3; count += 1) t.equal((await chat(service, question('Hello'))).status, 200);
    const status = await fetch(`${service.url}/status`, { headers: { authorization: `Bearer ${service.password}` } });
    const shown = (await status.json()) as { readonly data: { readonly writable: boolean; readonly problem: string | null } };
    await service.close();
    if (!shown.data.writable) t.type(shown.data.problem, 'string', data);
    t.equal(service.log.filter((line) => line.includes('keys.json')).length, shown.data.writable ? 0 : 1, data);
  }
});

t.test('no state file holds up the start, and none spoils the service for ever', async (t) => {
  const { folder, run } = await runs(t, { MAX_REQUESTS_PER_DAY_PER_IP: '2' });
  await run(async (service) => chat(service, question('Hello')));
  const state = (name: string): string => join(folder, 'state', name);
  const keys = readFileSync(state('keys.json'), 'utf8');
  writeFileSync(state('keys.json'), keys.replace(/"endsAt":\d+/, '"endsAt":1e400'));
  writeFileSync(state('day-counts.json'), '{"salt":"a","day":99999999,"counts":[]}');
  execFileSync('mkfifo', [state('signatures.json')]);
  await run(async (service) => {
    t.equal((await chat(service, question('Hello'))).status, 200);
    const status = await fetch(`${service.url}/status`, { headers: { authorization: `Bearer ${service.password}` } });
    t.equal(status.status, 200);
  });
  t.notMatch(readFileSync(state('day-counts.json'), 'utf8'), '99999999');
  t.notMatch(readFileSync(state('keys.json'), 'utf8'), /null|1e400/);
});

t.test('a damaged state file is ignored with a warning, and written anew', async (t) => {
  const { folder, run } = await runs(t);
  await run(async (service) => chat(service, question('Hello')));
  t.ok(existsSync(join(folder, 'state', 'keys.json')));
  writeFileSync(join(folder, 'state', 'keys.json'), '{"half":');
  await run(async (service) => {
    t.equal((await chat(service, question('Hello'))).status, 200);
    t.ok(service.log.some((line) => line.includes('damaged')));
  });
  t.type(JSON.parse(readFileSync(join(folder, 'state', 'keys.json'), 'utf8')), 'object');
});
