import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Frame, ResponsePart } from '../../../src/gemini/response.ts';
import { errorFromAnswer } from '../../../src/gemini/error-from-answer.ts';
import { toUsage } from '../../../src/openai/chat/answer/usage.ts';
import { openaiErrors } from '../../../src/openai/errors.ts';
import { answer, body, deltas, stop } from '../../support/chat.ts';
import { schemaCheck } from '../../support/published-schemas.ts';
import { project, skipWithoutRecordings } from '../../support/recordings.ts';

type Call = { readonly id?: string; readonly type?: string; readonly index?: number; readonly function: { readonly name: string; readonly arguments: string }; readonly extra_content?: { readonly google: { readonly thought_signature: string } } };
type Said = { readonly content?: string | null; readonly tool_calls?: readonly Call[]; readonly extra_content?: { readonly google?: { readonly thought?: boolean; readonly thought_signature?: string } } };
type Choice = { readonly message?: Said; readonly delta?: Said; readonly finish_reason?: string };
type Body = { readonly choices?: readonly Choice[]; readonly usage?: Readonly<Record<string, number>> };
type Recording = { readonly name: string; readonly request: { readonly body: object | null }; readonly response: { readonly status: number; readonly body: string } };

const folder = join(project, '..', 'shared', 'recordings', 'openai-compat');
const recordings = (): readonly Recording[] => readdirSync(folder).toSorted().map((file): Recording => JSON.parse(readFileSync(join(folder, file), 'utf8')));

const bodiesOf = ({ response }: Recording): readonly Body[] =>
  response.body.trimStart().startsWith('data:')
    ? response.body.split(/\r?\n\r?\n/).filter((block) => block.startsWith('data: {')).map((block): Body => JSON.parse(block.slice('data: '.length)))
    : [JSON.parse(response.body)];

const saidIn = (recording: Recording): readonly Said[] => bodiesOf(recording).flatMap((one) => (one.choices ?? []).map((choice) => choice.message ?? choice.delta ?? {}));

/** What the native API must have said for Google's endpoint to say this: its thoughts stand in the content there. */
const native = (said: Said): readonly ResponsePart[] => {
  const { content, tool_calls: calls = [], extra_content: extra } = said;
  const thought = extra?.google?.thought === true && (content ?? '').length > 0 && extra.google.thought_signature === undefined;
  const text = (content ?? '').replace(/^<thought>/, '').replace(/^<\/thought>/, '');
  return [
    ...(text === '' ? [] : [{ text, ...(thought ? { thought: true } : {}) }]),
    ...calls.map((call, index) => ({
      functionCall: { id: call.id === undefined || call.id === '' ? `made-${index}` : call.id, name: call.function.name, args: JSON.parse(call.function.arguments) },
      ...(call.extra_content === undefined ? {} : { thoughtSignature: call.extra_content.google.thought_signature }),
    })),
  ];
};

const framesOf = (recording: Recording): readonly Frame[] => [...saidIn(recording).map((said) => ({ candidates: [{ content: { parts: native(said) } }] })), { candidates: [stop] }];

const spread = (args: string): unknown => JSON.parse(args);

t.test('what Google\'s own endpoint said, this service says as well, in OpenAI\'s shape', { skip: skipWithoutRecordings() }, async (t) => {
  const faults = schemaCheck('openai.schema.json');
  for (const recording of recordings().filter(({ response }) => response.status === 200)) {
    await t.test(recording.name, async (t) => {
      const theirs = saidIn(recording);
      const ours = answer({}, framesOf(recording));
      const calls = theirs.flatMap((said) => said.tool_calls ?? []);
      const thoughts = theirs.filter((said) => said.extra_content?.google?.thought === true && said.extra_content.google.thought_signature === undefined);
      const words = theirs.filter((said) => !thoughts.includes(said)).map((said) => (said.content ?? '').replace(/^<\/thought>/, '')).join('');
      t.equal(ours.message.content ?? '', words, 'the same text');
      t.same(ours.message.tool_calls?.map((call) => [call.function?.name, spread(call.function?.arguments ?? '')]), calls.length === 0 ? undefined : calls.map((call) => [call.function.name, spread(call.function.arguments)]), 'the same calls');
      t.same(ours.message.tool_calls?.map((call) => Object(call)['extra_content']), calls.length === 0 ? undefined : calls.map((call) => call.extra_content), 'signatures in the same place');
      t.equal(ours.finish_reason, calls.length > 0 ? 'tool_calls' : 'stop', 'a call ends with tool_calls, where theirs may say stop or nothing');
      if (thoughts.length > 0) t.notMatch(ours.message.content, /<thought>/, 'thoughts stand apart');
      t.ok((ours.message.tool_calls ?? []).every((call) => call.id !== ''), 'no id is empty');
      const indexes = deltas({}, framesOf(recording)).flatMap((delta) => ('tool_calls' in delta ? (delta.tool_calls as readonly Call[]).map(({ index }) => index) : []));
      t.same(indexes, indexes.map((_, at) => at), 'each streamed call has its index');
      t.same(faults('CreateChatCompletionResponse', { id: 'x', object: 'chat.completion', created: 1, model: 'm', choices: [{ logprobs: null, ...ours }] }), []);
    });
  }
});

t.test('what was asked of Google\'s own endpoint is asked of the native API', { skip: skipWithoutRecordings() }, (t) => {
  const asked = recordings().flatMap(({ name, request }) => (request.body === null ? [] : [[name, request.body] as const]));
  t.ok(asked.length >= 6);
  const made = new Map(asked.map(([name, request]) => [name, body(request)]));
  const of = (part: string) => [...made].find(([name]) => name.includes(part))?.[1];
  t.match(of('without-id-1'), { contents: [{ role: 'user', parts: [{ text: 'What is the current time?' }] }], tools: [{ functionDeclarations: [{ name: 'get_current_time', description: 'Get the current time.' }] }] });
  const id = 'pyd_ai_cee885c699414386a7e14b7ec43cadbc';
  t.match(of('without-id-2')?.contents.slice(1), [
    { role: 'model', parts: [{ functionCall: { id, name: 'get_current_time', args: {} } }] },
    { role: 'user', parts: [{ functionResponse: { id, name: 'get_current_time', response: { result: 'Noon' } } }] },
  ]);
  t.match(of('movie-1'), { systemInstruction: { parts: [{ text: 'You are a movie review expert' }] }, contents: { length: 1 } });
  t.match(of('stream-thoughts')?.generationConfig, { thinkingConfig: { includeThoughts: true } });
  t.end();
});

t.test('what their usage leaves out of the parts, ours counts: the parts add up to the total', { skip: skipWithoutRecordings() }, (t) => {
  const short = recordings().flatMap((recording) => bodiesOf(recording).flatMap(({ usage }) => (usage === undefined ? [] : [usage])))
    .filter(({ prompt_tokens: prompt = 0, completion_tokens: completion = 0, total_tokens: total = 0 }) => prompt + completion < total);
  t.ok(short.length > 0, 'theirs leaves thoughts out');
  for (const { prompt_tokens: prompt = 0, completion_tokens: candidates = 0, total_tokens: total = 0 } of short) {
    const ours = toUsage({ promptTokenCount: prompt, candidatesTokenCount: candidates, thoughtsTokenCount: total - prompt - candidates, totalTokenCount: total });
    t.match(ours, { total_tokens: total, completion_tokens: total - prompt });
  }
  t.end();
});

t.test('their error in a list is the same error to a client of OpenAI', { skip: skipWithoutRecordings() }, (t) => {
  const refused = recordings().find(({ response }) => response.status === 400);
  const told = openaiErrors.whole(errorFromAnswer(400, refused?.response.body ?? '', 'm'));
  t.equal(told.status, 400);
  t.match(JSON.parse(String(told.body)), { error: { type: 'invalid_request_error', message: /thought_signature/ } });
  t.end();
});
