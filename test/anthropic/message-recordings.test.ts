import t from 'tap';
import { skipWithoutRecordings } from '../support/recordings.ts';
import { failed, modelOf, recordedFrames, replayed, replayServer, urlOf } from '../support/replay-server.ts';
import { startService, type TestService } from '../support/service.ts';
import { collected, eventsIn, type Block, type Message } from '../support/messages.ts';
import { messageFaults } from '../support/message-faults.ts';

type Refusal = { readonly type: 'error'; readonly error: { readonly type: string; readonly message: string }; readonly request_id: string };

const post = async (service: TestService, path: string, body: object): Promise<{ readonly status: number; readonly text: string }> => {
  const answer = await fetch(`${service.url}${path}`, { method: 'POST', headers: { 'x-api-key': service.password, 'content-type': 'application/json' }, body: JSON.stringify(body) });
  return { status: answer.status, text: await answer.text() };
};

const messages = [{ role: 'user', content: 'hi' }];
const asked = (model: string, stream: boolean): object => ({ model, messages, max_tokens: 60_000, thinking: { type: 'adaptive' }, stream });

const isRefusal = (value: Message | Refusal): value is Refusal => 'error' in value;

/** The message that a stream comes to, or the error that ended it. */
const streamedMessage = (text: string): Message | Refusal => {
  if (!text.startsWith('event: ')) return JSON.parse(text) as Refusal;
  const events = eventsIn(text);
  const last = events.at(-1);
  return last?.name === 'error' ? (last.data as unknown as Refusal) : collected(events);
};

/** Ids that Gemini left out, and addresses of pictures, differ between two answers. */
const withoutNames = ({ content }: Message): readonly unknown[] =>
  content.map(({ id: _, tool_use_id: __, ...block }) => (block.type === 'text' ? { ...block, text: String(block['text']).replaceAll(/!\[\]\([^)]+\)/g, '![]()') } : block));

const textOf = (content: readonly Block[]): string => content.flatMap((block) => (block.type === 'text' ? [String(block['text'])] : [])).join('').replaceAll(/!\[\]\([^)]+\)/g, '![]()');

type Call = { readonly function: { readonly name: string; readonly arguments: string } };
type ChatMessage = { readonly content: string | null; readonly tool_calls?: readonly Call[] };

const chatOf = async (service: TestService, model: string): Promise<{ readonly message: ChatMessage; readonly usage: Readonly<Record<string, number>> }> => {
  const { text } = await post(service, '/v1/chat/completions', { model, messages });
  const { choices, usage } = JSON.parse(text) as { readonly choices: readonly { readonly message: ChatMessage }[]; readonly usage: Readonly<Record<string, number>> };
  return { message: choices[0]?.message ?? { content: null }, usage };
};

/** Code stands in the text of a chat, and in blocks of its own here. */
const ranCode = (body: string): boolean => body.includes('executableCode') || body.includes('codeExecutionResult');

t.test('every recorded answer comes through as a message, whole and streamed, and says what a chat says', { skip: skipWithoutRecordings(), timeout: 120_000 }, async (t) => {
  const upstream = await replayServer(replayed);
  const service = await startService({ GEMINI_BASE_URL: urlOf(upstream), MAX_REQUESTS_PER_MINUTE: '0', MAX_REQUESTS_PER_DAY_PER_IP: '0' });
  t.teardown(async () => {
    await service.close();
    upstream.close();
  });
  for (const recording of replayed) {
    await t.test(recording.name, async (t) => {
      const model = modelOf(recording);
      const first = await post(service, '/v1/messages', asked(model, false));
      const whole = JSON.parse(first.text) as Message | Refusal;
      const stream = streamedMessage((await post(service, '/v1/messages', asked(model, true))).text);
      if (isRefusal(whole)) {
        t.equal(first.status, 502);
        t.match(whole, { type: 'error', error: { type: 'api_error', message: String }, request_id: /^req_/ });
        t.match(stream, { error: { type: 'api_error' } }, 'the stream ends with the same error');
        return;
      }
      t.same(messageFaults(whole), []);
      t.notOk(isRefusal(stream), 'the stream ends well too');
      if (isRefusal(stream)) return;
      t.same(messageFaults(stream), []);
      t.same(withoutNames(stream), withoutNames(whole), 'stream and whole agree');
      t.same([stream.stop_reason, stream.stop_details, stream.usage], [whole.stop_reason, whole.stop_details, whole.usage]);
      if (whole.stop_reason === 'refusal' && whole.content.length === 0) return;
      const { message, usage } = await chatOf(service, model);
      if (!ranCode(recording.response.body)) t.equal(textOf(whole.content), (message.content ?? '').replaceAll(/!\[\]\([^)]+\)/g, '![]()'), "a chat's text");
      const calls = message.tool_calls ?? [];
      const uses = whole.content.filter(({ type }) => type === 'tool_use');
      t.same(uses.map(({ name, input }) => [name, input]), calls.map(({ function: { name, arguments: text } }) => [name, JSON.parse(text) as unknown]), "a chat's calls");
      t.equal(Number(whole.usage['input_tokens']) + Number(whole.usage['cache_read_input_tokens']), usage['prompt_tokens']);
      t.equal(whole.usage['output_tokens'], usage['completion_tokens']);
      const thoughts = recordedFrames(recording.response.body).flatMap(({ candidates = [] }) => candidates.slice(0, 1).flatMap(({ content }) => content?.parts ?? [])).filter((part) => part.thought === true && part.inlineData === undefined).map((part) => part.text ?? '');
      t.equal(whole.content.flatMap((block) => (block.type === 'thinking' ? [String(block['thinking'])] : [])).join(''), thoughts.join(''), 'all thoughts');
    });
  }
});

/** Recorded refusal → what the caller gets. */
const told: readonly (readonly [RegExp, number, string])[] = [
  [/api-key|auth-rejection|iam-permission|firebaseml|langchaingo/, 502, 'api_error'],
  [/user-location/, 403, 'permission_error'],
  [/err-429|quota-exceeded|retry-info/, 429, 'rate_limit_error'],
  [/err-503/, 529, 'overloaded_error'],
  [/unknown-model|nonexistent|error-handling|suggestion/, 404, 'not_found_error'],
  [/./, 400, 'invalid_request_error'],
];

t.test("every recorded refusal is told in Anthropic's words", { skip: skipWithoutRecordings(), timeout: 60_000 }, async (t) => {
  const upstream = await replayServer(failed);
  t.teardown(() => upstream.close());
  for (const recording of failed) {
    await t.test(recording.name, async (t) => {
      const service = await startService({ GEMINI_BASE_URL: urlOf(upstream) });
      t.teardown(() => service.close());
      const answer = await post(service, '/v1/messages', asked(modelOf(recording), recording.endpoint === 'streamGenerateContent'));
      const [, status, type] = told.find(([pattern]) => pattern.test(recording.name)) ?? [];
      t.match({ status: answer.status, body: JSON.parse(answer.text) as unknown }, { status, body: { type: 'error', error: { type }, request_id: /^req_/ } });
      if (/input-too-long/.test(recording.name)) t.match(answer.text, /prompt is too long: \d+ tokens > \d+ maximum/);
      t.notMatch(answer.text, /AIza|project_number:\d|projects\/\d/, 'nothing of the owner leaks');
    });
  }
});
