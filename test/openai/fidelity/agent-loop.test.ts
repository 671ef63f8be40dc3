import t, { type Test } from 'tap';
import { startGeminiEmulator } from '../../support/gemini-emulator/start-gemini-emulator.ts';
import { startService } from '../../support/service.ts';
import { frame, result, stop, tool, user, type Choice, type Message } from '../../support/chat.ts';

type Call = NonNullable<Message['tool_calls']>[number];
type Turn = Readonly<Record<string, unknown>>;

/** What a client keeps of an answer for the next request. */
const clients: Readonly<Record<string, (message: Message) => readonly [turn: Turn, calls: readonly Call[]]>> = {
  'keeps all fields': (message) => [message, message.tool_calls ?? []],
  'drops what it does not know': ({ content, tool_calls: calls = [] }) => {
    const known = calls.map(({ id, type, function: called }) => ({ id, type, ...(called === undefined ? {} : { function: called }) }));
    return [{ role: 'assistant', content, tool_calls: known }, known];
  },
  'rewrites ids': ({ content, tool_calls: calls = [] }) => {
    const own = calls.map(({ type, function: called }, index) => ({ id: `mine-${called?.name ?? ''}-${index}`, type, ...(called === undefined ? {} : { function: called }) }));
    return [{ role: 'assistant', content, tool_calls: own }, own];
  },
  'keeps OpenRouter\'s details only': (message) => {
    const known = (message.tool_calls ?? []).map(({ id, type, function: called }) => ({ id, type, ...(called === undefined ? {} : { function: called }) }));
    return [{ role: 'assistant', content: message.content, tool_calls: known, reasoning_details: message['reasoning_details'] }, known];
  },
};

const models = ['gemini-2.5-flash', 'gemini-3-flash-preview', 'gemini-3.5-flash', 'gemini-3.8-flash', 'gemini-4-argon'];
const tools = [tool('weather'), tool('2nd-opinion')];

/** Two calls at once, then one after the other, then words. */
const rounds = 3;

const setUp = async (t: Test, { strictSignatures } = { strictSignatures: true }) => {
  const emulator = await startGeminiEmulator({ strictSignatures });
  const service = await startService({ GEMINI_BASE_URL: emulator.url, MAX_REQUESTS_PER_MINUTE: '0', MAX_REQUESTS_PER_DAY_PER_IP: '0' });
  t.teardown(async () => {
    await service.close();
    await emulator.close();
  });
  const ask = async (body: object): Promise<{ readonly status: number; readonly choice: Choice | undefined; readonly text: string }> => {
    const headers = { authorization: `Bearer ${service.password}`, 'content-type': 'application/json' };
    const answer = await fetch(`${service.url}/v1/chat/completions`, { method: 'POST', headers, body: JSON.stringify(body) });
    const text = await answer.text();
    return { status: answer.status, choice: text.startsWith('{') ? (JSON.parse(text) as { readonly choices?: readonly Choice[] }).choices?.[0] : undefined, text };
  };
  return { emulator, ask };
};

for (const [client, keep] of Object.entries(clients)) {
  t.test(`an agent's loop of parallel calls passes Google's checks: a client that ${client}`, async (t) => {
    const { emulator, ask } = await setUp(t);
    for (const model of models) {
      let messages: readonly unknown[] = [user('Use both tools, please, in parallel: weather and opinion in Bonn.')];
      for (let round = 1; round <= rounds; round += 1) {
        const { status, choice, text } = await ask({ model, messages, tools, tool_choice: 'required', reasoning: {} });
        t.equal(status, 200, `${model}, round ${round}: ${text.slice(0, 200)}`);
        if (choice === undefined) return;
        t.equal(choice.finish_reason, 'tool_calls');
        const [turn, calls] = keep(choice.message);
        t.equal(new Set(calls.map(({ id }) => id)).size, calls.length, 'ids are unique');
        t.equal(calls.length, round === 1 ? 2 : 1);
        messages = [...messages, turn, ...calls.toReversed().map(({ id, function: called }) => result(id, called?.name === 'weather' ? 'sunny' : '{"agreed":true}'))];
      }
      const last = await ask({ model, messages, tools });
      t.match(last, { status: 200, choice: { finish_reason: 'stop', message: { content: /said/ } } }, `${model}: ${last.text.slice(0, 200)}`);
      t.equal(emulator.requests.every(({ status }) => status === 200), true, 'no request was refused, even once');
      emulator.reset();
    }
  });
}

type Chunk = { readonly choices: readonly { readonly delta: Message & { readonly tool_calls?: readonly (Call & { readonly index: number })[] }; readonly finish_reason: string | null }[] };

t.test('an agent that streams, over two keys, passes the same checks', async (t) => {
  const emulator = await startGeminiEmulator({ strictSignatures: true });
  const service = await startService({ GEMINI_BASE_URL: emulator.url, GEMINI_API_KEYS: 'made-up-key-one, made-up-key-two', MAX_REQUESTS_PER_MINUTE: '0' });
  t.teardown(async () => {
    await service.close();
    await emulator.close();
  });
  for (const model of models) {
    let messages: readonly unknown[] = [user('Use both tools, please, in parallel: weather and opinion in Bonn.')];
    for (let round = 1; round <= rounds; round += 1) {
      const headers = { authorization: `Bearer ${service.password}`, 'content-type': 'application/json' };
      const answer = await fetch(`${service.url}/v1/chat/completions`, { method: 'POST', headers, body: JSON.stringify({ model, messages, tools, tool_choice: 'required', stream: true }) });
      const lines = (await answer.text()).split('\n\n').filter((line) => line.startsWith('data: {'));
      const chosen = lines.flatMap((line) => (JSON.parse(line.slice('data: '.length)) as Chunk).choices);
      const calls = chosen.flatMap(({ delta }) => delta.tool_calls ?? []).map(({ index: _, ...call }) => call);
      t.equal(chosen.at(-1)?.finish_reason, 'tool_calls', `${model}, round ${round}`);
      messages = [...messages, { role: 'assistant', content: null, tool_calls: calls }, ...calls.map(({ id }) => result(id, 'x'))];
    }
  }
  t.equal(emulator.requests.every(({ status }) => status === 200), true, 'no request was refused, even once');
});

t.test('what was signed of an answer goes back signed when the client keeps its words alone, streamed and whole', async (t) => {
  const { emulator, ask } = await setUp(t, { strictSignatures: false });
  const model = 'gemini-3.5-flash';
  for (const stream of [false, true]) {
    const parts = [{ text: 'Let me see. ' }, { executableCode: { language: 'PYTHON', code: 'print(6*7)\n' }, thoughtSignature: 'Y29kZQ==' }, { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '42\n' } }, { text: `It is 42${stream ? '!' : '.'}`, thoughtSignature: 'dGV4dA==' }];
    emulator.answerWith([frame(parts, stop)], { times: 1 });
    emulator.answerWith([frame([{ text: 'Good.' }], stop)], { times: 1 });
    const { choice, text } = await ask({ model, messages: [user('Six times seven?')], stream });
    const content = choice?.message.content ?? text.split('\n\n').flatMap((line) => (line.startsWith('data: {') ? (JSON.parse(line.slice(6)).choices[0]?.delta.content ?? []) : [])).join('');
    await ask({ model, messages: [user('Six times seven?'), { role: 'assistant', content }, user('Thanks')] });
    const sent = emulator.requests.at(-1)?.body as { readonly contents: readonly { readonly parts: readonly object[] }[] };
    t.same(sent.contents[1]?.parts, parts, stream ? 'streamed' : 'whole');
  }
});

t.test('a signature of another server is sent once, and then the request goes without', async (t) => {
  const { emulator, ask } = await setUp(t);
  const foreign = { role: 'assistant', content: null, tool_calls: [{ id: 'a', type: 'function', function: { name: 'weather', arguments: '{}' }, extra_content: { google: { thought_signature: 'Zm9yZWlnbg==' } } }] };
  const { status } = await ask({ model: 'gemini-3.8-flash', messages: [user('a'), foreign, result('a', 'x')], tools });
  t.equal(status, 200);
  t.same(emulator.requests.map((seen) => seen.status).slice(-2), [400, 200]);
});

t.test('several calls of one id come to the client with an id each, and go back in pairs', async (t) => {
  const { emulator, ask } = await setUp(t);
  const twice = frame([{ functionCall: { id: 'same', name: 'weather', args: { city: 'Bonn' } }, thoughtSignature: 'c2ln' }, { functionCall: { id: 'same', name: 'weather', args: { city: 'Köln' } } }], stop);
  emulator.answerWith([{ ...twice, usageMetadata: { promptTokenCount: 1 } }], { times: 1 });
  const model = 'gemini-2.5-flash';
  const { choice } = await ask({ model, messages: [user('a')], tools });
  const calls = choice?.message.tool_calls ?? [];
  t.equal(new Set(calls.map(({ id }) => id)).size, 2);
  const results = calls.map(({ id, function: called }) => result(id, called?.arguments ?? ''));
  t.equal((await ask({ model, messages: [user('a'), choice?.message, ...results], tools })).status, 200);
});

t.test('JSON beside tools comes from every family, whole and streamed', async (t) => {
  const { ask } = await setUp(t);
  const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
  const response_format = { type: 'json_schema', json_schema: { name: 'x', schema } };
  for (const model of models) {
    const { choice, text } = await ask({ model, messages: [user('Say it. final_answer')], tools, response_format });
    t.equal(choice?.finish_reason, 'stop', text.slice(0, 200));
    t.match(JSON.parse(choice?.message.content ?? 'null'), { city: String }, model);
  }
});
