import t, { type Test } from 'tap';
import { frame, stop, tool, user } from '../../support/chat.ts';
import { startGeminiEmulator } from '../../support/gemini-emulator/start-gemini-emulator.ts';
import { schemaCheck } from '../../support/published-schemas.ts';
import { skipWithoutRecordings } from '../../support/recordings.ts';
import { startService } from '../../support/service.ts';

const setUp = async (t: Test, settings: Readonly<Record<string, string>> = {}) => {
  const emulator = await startGeminiEmulator();
  const service = await startService({ ...settings, GEMINI_BASE_URL: emulator.url, MAX_REQUESTS_PER_MINUTE: '0', MAX_REQUESTS_PER_DAY_PER_IP: '0' });
  t.teardown(async () => {
    await service.close();
    await emulator.close();
  });
  const ask = async (body: object): Promise<{ readonly status: number; readonly text: string }> => {
    const headers = { authorization: `Bearer ${service.password}`, 'content-type': 'application/json' };
    const request = { model: 'gemini-3.5-flash', messages: [user('hi')], ...body };
    const answer = await fetch(`${service.url}/v1/chat/completions`, { method: 'POST', headers, body: JSON.stringify(request) });
    return { status: answer.status, text: await answer.text() };
  };
  return { emulator, ask };
};

const ended = (finishReason: string) => [frame([], { finishReason, finishMessage: 'Malformed call: f(' })];

const emptyAnswers = async (t: Test, stream: boolean): Promise<void> => {
  const { emulator, ask } = await setUp(t);
  for (const reason of ['MALFORMED_FUNCTION_CALL', 'UNEXPECTED_TOOL_CALL', 'OTHER', 'STOP']) {
    emulator.answerWith(ended(reason), { times: 1 });
    t.match(await ask({ stream, tools: [tool('f')] }), { status: 200, text: /finish_reason":"stop"/ }, `${reason} once`);
    emulator.answerWith(ended(reason));
    t.match(await ask({ stream, tools: [tool('f')] }), { status: 502, text: new RegExp(`"message":"[^"]*${reason}.*"code":"empty_response"`) }, `${reason} for good`);
    emulator.reset();
  }
};

t.test('an answer without content is tried again, then an error that says why: whole', (t) => emptyAnswers(t, false));
t.test('an answer without content is tried again, then an error that says why: streamed', (t) => emptyAnswers(t, true));

for (const stream of [false, true]) {
  t.test(`an answer of thoughts up to the cap is an answer, never an error: ${stream ? 'streamed' : 'whole'}`, async (t) => {
    const { emulator, ask } = await setUp(t);
    emulator.answerWith([frame([], { finishReason: 'MAX_TOKENS' })], { times: 1 });
    t.match(await ask({ stream }), { status: 200, text: /"finish_reason":"length"/ });
    emulator.answerWith([frame([{ text: 'x' }]), frame([], stop)], { times: 1 });
    t.match(await ask({ stream }), { status: 200, text: /"finish_reason":"stop"/ });
  });
}

t.test('a refused request is told in OpenAI\'s shape with the field that is wrong', { skip: skipWithoutRecordings() }, async (t) => {
  const { ask } = await setUp(t);
  const faults = schemaCheck('openai.schema.json');
  const table: readonly (readonly [object, string])[] = [
    [{ messages: [{ role: 'king', content: 'x' }] }, 'messages.0.role'],
    [{ messages: [user('a'), { role: 'tool', tool_call_id: 'no', content: 'x' }] }, 'messages.1.tool_call_id'],
    [{ tools: [{ type: 'custom' }] }, 'tools.0.custom'],
    [{ tools: [tool('f')], tool_choice: 'perhaps' }, 'tool_choice'],
    [{ response_format: { type: 'json_schema' } }, 'response_format.json_schema'],
    [{ reasoning_effort: 'extreme' }, 'reasoning_effort'],
    [{ n: 99 }, 'n'],
  ];
  for (const [request, param] of table) {
    const { status, text } = await ask(request);
    const body: unknown = JSON.parse(text);
    t.match({ status, body }, { status: 400, body: { error: { type: 'invalid_request_error', param } } }, param);
    t.same(faults('ErrorResponse', body), []);
  }
});

t.test('every canned answer of the emulator is in OpenAI\'s shape, whole and in pieces', { skip: skipWithoutRecordings() }, async (t) => {
  const { ask } = await setUp(t);
  const faults = schemaCheck('openai.schema.json');
  const requests: readonly object[] = [
    {},
    { n: 2 },
    { tools: [tool('weather')], messages: [user('weather in Paris, please: call both tools')] },
    { tools: [{ type: 'custom', custom: { name: 'run' } }], tool_choice: 'required' },
    { functions: [{ name: 'weather' }], function_call: 'auto', messages: [user('weather')] },
    { web_search_options: {} },
    { reasoning: { effort: 'high' } },
    { model: 'gemini-2.5-flash', tools: [tool('f')], response_format: { type: 'json_object' } },
    { model: 'gemini-4-argon', tools: [{ type: 'code_execution' }], messages: [user('compute with code')] },
    { model: 'gemini-3.8-flash', max_tokens: 3 },
  ];
  for (const request of requests) {
    const whole = await ask(request);
    t.same(faults('CreateChatCompletionResponse', JSON.parse(whole.text)), [], `${JSON.stringify(request)}: ${whole.text.slice(0, 300)}`);
    const stream = await ask({ ...request, stream: true, stream_options: { include_usage: true } });
    const chunks = stream.text.split('\n\n').filter((line) => line.startsWith('data: {')).map((line): unknown => JSON.parse(line.slice(6)));
    t.ok(chunks.length > 2);
    t.same(chunks.flatMap((chunk) => faults('CreateChatCompletionStreamResponse', chunk)), []);
  }
});
