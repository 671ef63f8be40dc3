import t, { type Test } from 'tap';
import { schemaCheck } from './support/published-schemas.ts';
import { definitionOf, streamFaults } from './support/response-laws.ts';
import { eventsIn } from './support/responses.ts';
import { skipWithoutRecordings } from './support/recordings.ts';
import { failed, modelOf, recordedFrames, replayed, replayServer, urlOf, type Candidate, type Frame, type Part } from './support/replay-server.ts';
import { startService, type TestService } from './support/service.ts';

type Json = Readonly<Record<string, unknown>>;
const candidatesOf = (frames: readonly Frame[], index: number): readonly Candidate[] =>
  frames.flatMap((frame) => frame.candidates ?? []).filter((candidate) => (candidate.index ?? 0) === index);
const partsOf = (frames: readonly Frame[], index = 0): readonly Part[] => candidatesOf(frames, index).flatMap((candidate) => candidate.content?.parts ?? []);
const textOf = (parts: readonly Part[]): readonly string[] => parts.filter((part) => part.thought !== true).flatMap((part) => part.text ?? []);
/** Some were recorded with enums as numbers. */
const reasonByNumber = new Map<unknown, string>([[1, 'STOP'], [2, 'MAX_TOKENS']]);
const finishOf = (frames: readonly Frame[]): string | undefined => {
  const reason = candidatesOf(frames, 0).findLast((candidate) => candidate.finishReason !== undefined)?.finishReason;
  return reasonByNumber.get(reason) ?? reason;
};
const isBlocked = (frames: readonly Frame[]): boolean => frames.some((frame) => (frame.promptFeedback?.blockReason ?? 'BLOCK_REASON_UNSPECIFIED') !== 'BLOCK_REASON_UNSPECIFIED');

const filtered = ['SAFETY', 'RECITATION', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'SPII', 'IMAGE_SAFETY', 'IMAGE_PROHIBITED_CONTENT', 'IMAGE_RECITATION', 'ESCALATION', 'LANGUAGE'];
const holdsAnswer = (frames: readonly Frame[]): boolean =>
  partsOf(frames).some((part) => part.thought !== true && ((part.text ?? '') !== '' || part.functionCall !== undefined || part.inlineData !== undefined || part.executableCode !== undefined || part.codeExecutionResult !== undefined));

/** What an answer that is none is told as: blocked before anything was shown, faulty by Gemini's own word, or empty. */
const faultOf = (frames: readonly Frame[]): { readonly status: number; readonly code: string | RegExp } | null => {
  const finish = finishOf(frames);
  if (/^(?:MALFORMED|UNEXPECTED|TOO_MANY|MISSING)_/.test(finish ?? '')) return { status: 502, code: holdsAnswer(frames) ? 'faulty_response' : 'empty_response' };
  if (holdsAnswer(frames) || finish === 'MAX_TOKENS') return null;
  return isBlocked(frames) || filtered.includes(finish ?? '') ? { status: 400, code: 'content_filter' } : { status: 502, code: /^(?:empty_response|bad_upstream_answer)$/ };
};

const expectedFinish = (frames: readonly Frame[], called: boolean): string => {
  if (isBlocked(frames)) return 'content_filter';
  const reason = finishOf(frames);
  if (reason === 'MAX_TOKENS') return 'length';
  if (filtered.includes(reason ?? '')) return 'content_filter';
  return called && (reason === undefined || reason === 'STOP') ? 'tool_calls' : 'stop';
};

/** The service in front of a Gemini that answers with the recordings. */
const replayService = async (t: Test): Promise<TestService> => {
  const upstream = await replayServer(replayed);
  const service = await startService({ GEMINI_BASE_URL: urlOf(upstream), MAX_REQUESTS_PER_MINUTE: '0', MAX_REQUESTS_PER_DAY_PER_IP: '0' });
  t.teardown(async () => {
    await service.close();
    upstream.close();
  });
  return service;
};

type Answer = { readonly status: number; readonly body: Json; readonly events: readonly Json[] };

const ask = async (service: TestService, model: string, stream: boolean, more: Json = {}): Promise<Answer> => {
  const answer = await fetch(`${service.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${service.password}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }], stream, ...(stream ? { stream_options: { include_usage: true } } : {}), ...more }),
  });
  const text = await answer.text();
  if (answer.headers.get('content-type')?.startsWith('text/event-stream') !== true) return { status: answer.status, body: JSON.parse(text), events: [] };
  const data = text.split('\n\n').filter((block) => block.startsWith('data: ')).map((block) => block.slice(6));
  return { status: answer.status, body: {}, events: data.filter((line) => line !== '[DONE]').map((line) => JSON.parse(line)) };
};

type Delta = { readonly role?: string; readonly content?: string; readonly refusal?: string | null; readonly reasoning_content?: string; readonly tool_calls?: readonly { readonly index: number }[]; readonly extra_content?: unknown; readonly annotations?: unknown };
type Choice = { readonly index: number; readonly delta: Delta; readonly finish_reason: string | null; readonly native_finish_reason?: string };

/** Puts a stream together as a client would. */
const collected = (events: readonly Json[], index: number): Json => {
  const choices = events.flatMap((event) => event['choices'] as readonly Choice[]).filter((choice) => choice.index === index);
  const join = (pick: (delta: Delta) => string | null | undefined): string => choices.map((choice) => pick(choice.delta) ?? '').join('');
  const calls = choices.flatMap((choice) => choice.delta.tool_calls ?? []).map(({ index: _, ...call }) => call);
  const content = join((delta) => delta.content);
  const refusal = join((delta) => delta.refusal);
  const reasoning = join((delta) => delta.reasoning_content);
  const extra = choices.findLast((choice) => choice.delta.extra_content !== undefined)?.delta.extra_content;
  return {
    finish_reason: choices.findLast((choice) => choice.finish_reason !== null)?.finish_reason,
    message: {
      role: 'assistant',
      content: content === '' && (calls.length > 0 || refusal !== '') ? null : content,
      refusal: refusal === '' ? null : refusal,
      ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
      ...(extra === undefined ? {} : { extra_content: extra }),
    },
  };
};

/** Ids that Gemini left out are made up by the service, so they differ between two answers. */
const withoutIds = ({ annotations: _, ...message }: Json): Json => ({
  ...message,
  ...(message['tool_calls'] === undefined ? {} : { tool_calls: (message['tool_calls'] as readonly Json[]).map(({ id: _, ...call }) => call) }),
});

/** A message with the bytes of its pictures (base64) in place of their addresses, which differ between two answers. */
const withPictures = async (message: Json): Promise<Json> => {
  if (typeof message['content'] !== 'string') return message;
  const pieces = message['content'].split(/!\[\]\(([^)]+)\)/);
  const shown = await Promise.all(
    pieces.map(async (piece, at) => (at % 2 === 0 ? piece : `![](${Buffer.from(await (await fetch(piece)).arrayBuffer()).toString('base64')})`)),
  );
  return { ...message, content: shown.join('') };
};

const words = (value: unknown): string => (typeof value === 'string' ? value : '');

const inOrder = (whole: string, pieces: readonly string[]): boolean => {
  let at = 0;
  return pieces.every((piece) => {
    const found = whole.indexOf(piece, at);
    at = found + piece.length;
    return found >= 0;
  });
};

t.test('every recorded answer comes through whole, as a stream and as one', { skip: skipWithoutRecordings(), timeout: 120_000 }, async (t) => {
  t.ok(replayed.length >= 208, 'the recordings are all there');
  const service = await replayService(t);
  const faults = schemaCheck('openai.schema.json');
  for (const recording of replayed) {
    await t.test(recording.name, async (t) => {
      const frames = recordedFrames(recording.response.body);
      const whole = await ask(service, modelOf(recording), false);
      const stream = await ask(service, modelOf(recording), true);
      const fault = faultOf(frames);
      if (fault !== null) {
        t.match(whole, { status: fault.status, body: { error: { code: fault.code } } }, 'what is no answer is an error');
        t.same(faults('ErrorResponse', whole.body), []);
        t.match([stream.body, stream.events.at(-1)].find((said) => said !== undefined && 'error' in said), { error: { code: fault.code } });
        return;
      }
      t.equal(whole.status, 200, JSON.stringify(whole.body['error'] ?? ''));
      t.same(faults('CreateChatCompletionResponse', whole.body), []);
      t.same(stream.events.flatMap((event) => faults('CreateChatCompletionStreamResponse', event)), []);
      const choice = (whole.body['choices'] as readonly Json[])[0] ?? {};
      const message = await withPictures(choice['message'] as Json);
      const inStream = collected(stream.events, 0);
      t.same(withoutIds(await withPictures(inStream['message'] as Json)), withoutIds(message), 'stream and whole agree');
      t.equal(inStream['finish_reason'], choice['finish_reason']);
      const parts = partsOf(frames);
      const texts = textOf(parts);
      const content = words(message['content']);
      const onlyText = parts.every((part) => part.thought === true || part.inlineData === undefined && part.executableCode === undefined && part.codeExecutionResult === undefined);
      if (onlyText) t.equal(content, texts.join(''), 'all text, nothing else');
      else t.ok(inOrder(content, texts), 'all text in order');
      const thoughts = parts.filter((part) => part.thought === true).flatMap((part) => part.text ?? []);
      t.ok(inOrder(words(message['reasoning_content']), thoughts), 'all thoughts in order');
      const called = parts.filter((part) => part.functionCall?.name !== undefined).map((part) => part.functionCall?.name);
      t.same(((message['tool_calls'] ?? []) as readonly { readonly function: { readonly name: string } }[]).map((call) => call.function.name), called, 'all calls');
      t.equal(choice['finish_reason'], expectedFinish(frames, called.length > 0));
      const usage = whole.body['usage'] as Json;
      t.equal(Number(usage['total_tokens']), Number(usage['prompt_tokens']) + Number(usage['completion_tokens']), 'usage adds up');
      const last = frames.findLast((frame) => frame.usageMetadata?.['totalTokenCount'] !== undefined)?.usageMetadata;
      if (last?.['candidatesTokenCount'] !== undefined && recording.authenticity === 'recorded') t.equal(usage['total_tokens'], last['totalTokenCount'], "usage is Google's");
      const pictures = parts.filter((part) => part.thought !== true && part.inlineData?.mimeType.startsWith('image/') === true);
      t.same([...content.matchAll(/!\[\]\(([^)]+)\)/g)].map(([, data]) => data), pictures.map(({ inlineData }) => inlineData?.data), 'every picture is kept and shown whole');
    });
  }
});

type Item = { readonly type: string; readonly result?: string; readonly call_id?: string; readonly name?: string; readonly arguments?: string; readonly summary?: readonly { readonly text: string }[]; readonly content?: readonly { readonly text?: string; readonly annotations?: readonly Json[] }[] };

const respond = async (service: TestService, model: string, more: Json): Promise<Answer> => {
  const answer = await fetch(`${service.url}/v1/responses`, {
    method: 'POST',
    headers: { authorization: `Bearer ${service.password}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, input: 'hi', store: false, reasoning: { summary: 'auto' }, ...more }),
  });
  const text = await answer.text();
  if (answer.headers.get('content-type')?.startsWith('text/event-stream') !== true) return { status: answer.status, body: JSON.parse(text), events: [] };
  return { status: answer.status, body: {}, events: eventsIn(text) };
};

/** What differs between two answers: ids that were made up, and the times. */
const withoutMadeUp = (response: Json): string =>
  JSON.stringify(response, (name, value: unknown) => (['id', 'call_id', 'created_at', 'completed_at', 'encrypted_content', 'container_id'].includes(name) ? 0 : value));

const itemsOf = (response: Json): readonly Item[] => response['output'] as readonly Item[];
const wordsOf = (response: Json): string => itemsOf(response).flatMap(({ content = [] }) => content.map(({ text = '' }) => text)).join('');

t.test('every recorded answer comes through the Responses API too, and says what chat says', { skip: skipWithoutRecordings(), timeout: 180_000 }, async (t) => {
  const service = await replayService(t);
  const faults = schemaCheck('openai.schema.json');
  for (const recording of replayed) {
    await t.test(recording.name, async (t) => {
      const frames = recordedFrames(recording.response.body);
      const model = modelOf(recording);
      const whole = await respond(service, model, {});
      const stream = await respond(service, model, { stream: true });
      const fault = faultOf(frames);
      if (fault !== null && fault.status !== 400) {
        t.match(whole, { status: fault.status, body: { error: { code: fault.code } } }, 'what is no answer is an error');
        return;
      }
      t.equal(whole.status, 200, JSON.stringify(whole.body['error'] ?? ''));
      t.same(streamFaults(stream.events), []);
      t.same(faults('Response', whole.body), []);
      t.same(stream.events.flatMap((event) => faults(definitionOf(event) ?? '', event).map((one) => `${String(event['type'])} ${one}`)), []);
      t.equal(withoutMadeUp(stream.events.at(-1)?.['response'] as Json), withoutMadeUp(whole.body), 'stream and whole agree');
      if (fault !== null) {
        t.match(itemsOf(whole.body).at(-1), { type: 'message', content: [{ type: 'refusal' }] }, 'a block is a refusal');
        return;
      }
      const chat = await ask(service, model, false);
      const message = ((chat.body['choices'] as readonly Json[])[0] ?? {})['message'] as Json;
      const parts = partsOf(frames);
      t.equal(wordsOf(whole.body), textOf(parts).join(''), 'all text, nothing else');
      const calls = itemsOf(whole.body).filter(({ type }) => type === 'function_call');
      const inChat = (message['tool_calls'] ?? []) as readonly { readonly function: Json }[];
      t.same(calls.map((call) => ({ name: call.name, arguments: call.arguments })), inChat.map((call) => call.function), "chat's calls");
      t.equal(itemsOf(whole.body).flatMap(({ summary = [] }) => summary.map(({ text }) => text)).join(''), words(message['reasoning_content']), "chat's thoughts");
      const pictures = parts.filter((part) => part.thought !== true && part.inlineData?.mimeType.startsWith('image/') === true);
      t.same(itemsOf(whole.body).filter(({ type }) => type === 'image_generation_call').map(({ result }) => result), pictures.map(({ inlineData }) => inlineData?.data), 'every picture');
      const [usage, chatUsage] = [whole.body['usage'] as Json, chat.body['usage'] as Json];
      t.same([usage['input_tokens'], usage['output_tokens'], usage['total_tokens']], [chatUsage['prompt_tokens'], chatUsage['completion_tokens'], chatUsage['total_tokens']], "chat's usage");
      if (!recording.response.body.includes('groundingSupports')) return;
      const searched = await respond(service, model, { tools: [{ type: 'web_search' }] });
      const searchedChat = await ask(service, model, false, { web_search_options: {} });
      if (searched.status !== 200 || searchedChat.status !== 200) return;
      const cited = ((searchedChat.body['choices'] as readonly Json[])[0] ?? {})['message'] as { readonly content: string; readonly annotations?: readonly { readonly url_citation: Json }[] };
      t.same(
        itemsOf(searched.body).flatMap(({ content = [] }) => content.flatMap(({ text = '', annotations = [] }) => annotations.map((one) => [one['url'], text.slice(Number(one['start_index']), Number(one['end_index']))]))),
        (cited.annotations ?? []).map(({ url_citation: one }) => [one['url'], cited.content.slice(Number(one['start_index']), Number(one['end_index']))]),
        "chat's citations",
      );
    });
  }
});

/** Recorded refusal → what the caller gets: a fault of the key costs the key, and the only key is then gone. */
const told: readonly (readonly [RegExp, number, string, string | null])[] = [
  [/api-key|auth-rejection/, 503, 'server_error', 'no_usable_key'],
  [/iam-permission|firebaseml|langchaingo/, 503, 'server_error', 'no_usable_key'],
  [/user-location/, 403, 'invalid_request_error', 'unsupported_country_region_territory'],
  [/err-429|quota-exceeded|retry-info/, 429, 'requests', 'rate_limit_exceeded'],
  [/err-503/, 503, 'server_error', 'server_is_overloaded'],
  [/input-too-long/, 400, 'invalid_request_error', 'context_length_exceeded'],
  [/unknown-model|nonexistent|error-handling|suggestion/, 404, 'invalid_request_error', 'model_not_found'],
  [/./, 400, 'invalid_request_error', null],
];

t.test('every recorded refusal is told in the documented words', { skip: skipWithoutRecordings(), timeout: 60_000 }, async (t) => {
  const upstream = await replayServer(failed);
  t.teardown(() => upstream.close());
  const faults = schemaCheck('openai.schema.json');
  for (const recording of failed) {
    await t.test(recording.name, async (t) => {
      const service = await startService({ GEMINI_BASE_URL: urlOf(upstream) });
      t.teardown(() => service.close());
      const answer = await ask(service, modelOf(recording), recording.endpoint === 'streamGenerateContent');
      const [, status, type, code] = told.find(([pattern]) => pattern.test(recording.name)) ?? [];
      t.same(faults('ErrorResponse', answer.body), []);
      t.match(answer, { status, body: { error: { type, code } } });
      t.notMatch(JSON.stringify(answer.body), /AIza|project_number:\d|projects\/\d/, 'nothing of the owner leaks');
    });
  }
});
