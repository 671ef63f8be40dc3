import { createAnthropic } from '@ai-sdk/anthropic';
import { ChatAnthropic } from '@langchain/anthropic';
import { AIMessage, HumanMessage, ToolMessage, type BaseMessage } from '@langchain/core/messages';
import { tool as langchainTool } from '@langchain/core/tools';
import { APICallError, generateText, Output, stepCountIs, streamText, tool } from 'ai';
import t, { type Test } from 'tap';
import { z } from 'zod';
import { asked, pollux, type Pollux, type PolluxOptions } from '../support/pollux.ts';
import { eventually } from '../support/serving.ts';

Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });

const model = 'gemini-3.5-flash';
const thinking = { anthropic: { thinking: { type: 'enabled', budgetTokens: 2000 } } } as const;
const png = Buffer.from('\u0089PNG\r\n\u001a\n made up', 'latin1');
const pdf = Buffer.from('%PDF-1.4 made up');

type Body = { readonly contents: readonly { readonly role: string; readonly parts: readonly Readonly<Record<string, unknown>>[] }[] };
const bodyOf = ({ emulator }: Pick<Pollux, 'emulator'>, at: number): Body => asked(emulator).at(at)?.body as Body;

const aiSetup = async (t: Test, options: PolluxOptions = {}) => {
  const running = await pollux(t, options);
  const provider = createAnthropic({ baseURL: `${running.url}/v1`, apiKey: running.password });
  return { ...running, language: provider(model), provider };
};

t.test('@ai-sdk/anthropic: text comes whole and streamed, with usage', async (t) => {
  const { language } = await aiSetup(t);
  const whole = await generateText({ model: language, prompt: 'How are you?', maxRetries: 0 });
  t.match(whole.text, 'You wrote: “How are you?”');
  t.equal(whole.finishReason, 'stop');
  const stream = streamText({ model: language, prompt: 'How are you?', maxRetries: 0 });
  let text = '';
  for await (const piece of stream.textStream) text += piece;
  t.equal(text, whole.text);
  t.equal((await stream.usage).inputTokens, whole.usage.inputTokens);
  t.equal((await stream.usage).outputTokens, whole.usage.outputTokens);
});

for (const stream of [false, true]) {
  t.test(`@ai-sdk/anthropic: a tool is called and answered in several steps, signatures kept, ${stream ? 'streamed' : 'whole'}`, async (t) => {
    const setup = await aiSetup(t, { emulator: { strictSignatures: true } });
    const get_weather = tool({ description: 'Tells the weather of a city.', inputSchema: z.object({ city: z.string() }), execute: ({ city }) => Promise.resolve(`blue over ${city}`) });
    const request = { model: setup.language, prompt: 'What is the weather in Paris?', tools: { get_weather }, stopWhen: stepCountIs(3), providerOptions: thinking, maxRetries: 0 };
    const result = stream ? streamText(request) : await generateText(request);
    const steps = await result.steps;
    t.match(steps[0]?.toolCalls, [{ toolName: 'get_weather', input: { city: 'Paris' } }]);
    t.match(await result.text, 'blue over Paris');
    t.match(steps[0]?.reasoningText, 'Canned thinking');
    t.equal(asked(setup.emulator).length, 2);
    const call = bodyOf(setup, 1).contents[1]?.parts.find((part) => 'functionCall' in part);
    t.match(call?.['thoughtSignature'], /^(?!skip)/);
    t.match(bodyOf(setup, 1).contents[2]?.parts, [{ functionResponse: { name: 'get_weather', response: { result: 'blue over Paris' } } }]);
  });
}

t.test('@ai-sdk/anthropic: pictures and documents reach Gemini as they are', async (t) => {
  const setup = await aiSetup(t);
  await generateText({
    model: setup.language,
    messages: [{ role: 'user', content: [{ type: 'text', text: 'What is this?' }, { type: 'image', image: png, mediaType: 'image/png' }, { type: 'file', data: pdf, mediaType: 'application/pdf' }] }],
    maxRetries: 0,
  });
  const parts = bodyOf(setup, 0).contents[0]?.parts ?? [];
  t.match(parts.filter((part) => !('text' in part)), [{ inlineData: { mimeType: 'image/png', data: png.toString('base64') } }, { inlineData: { mimeType: 'application/pdf', data: pdf.toString('base64') } }]);
});

t.test('@ai-sdk/anthropic: a schema shapes the answer', async (t) => {
  const { language, emulator } = await aiSetup(t);
  const { output } = await generateText({ model: language, prompt: 'Who?', output: Output.object({ schema: z.object({ name: z.string(), age: z.number() }) }), maxRetries: 0 });
  t.match(output, { name: String, age: Number });
  t.equal(asked(emulator)[0]?.status, 200);
});

for (const stream of [false, true]) {
  t.test(`@ai-sdk/anthropic: Google's search and its code come as tools that the provider ran, ${stream ? 'streamed' : 'whole'}`, async (t) => {
    const { language, provider, emulator } = await aiSetup(t);
    const parts = [{ executableCode: { language: 'PYTHON', code: 'print(1)' } }, { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1\n' } }, { text: 'Here.' }];
    const groundingMetadata = { webSearchQueries: ['news'], groundingChunks: [{ web: { uri: 'https://example.com/', title: 'News' } }] };
    emulator.answerWith({ frames: [{ candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP', groundingMetadata, index: 0 }] }] });
    const tools = { web_search: provider.tools.webSearch_20250305(), code_execution: provider.tools.codeExecution_20250825() };
    const request = { model: language, prompt: 'Search for news.', tools, maxRetries: 0 };
    const result = stream ? streamText(request) : await generateText(request);
    t.equal(await result.text, 'Here.');
    t.match((await result.toolResults).map(({ toolName }) => toolName), ['code_execution', 'web_search']);
    t.match(await result.sources, [{ url: 'https://example.com/', title: 'News' }]);
    t.strictSame(Object(asked(emulator)[0]?.body).tools, [{ googleSearch: {} }, { codeExecution: {} }]);
  });
}

t.test("@ai-sdk/anthropic: errors are the SDK's own, with Anthropic's words", async (t) => {
  const { url } = await aiSetup(t);
  const stranger = createAnthropic({ baseURL: `${url}/v1`, apiKey: 'wrong' });
  const refused: unknown = await generateText({ model: stranger(model), prompt: 'x', maxRetries: 0 }).catch((cause: unknown) => cause);
  t.ok(APICallError.isInstance(refused));
  t.match(refused, { statusCode: 401, message: /PASSWORD/ });
});

t.test('@ai-sdk/anthropic: leaving a stream closes the connection to Gemini', async (t) => {
  const { language, emulator } = await aiSetup(t);
  emulator.fault('endless-stream');
  const leaving = new AbortController();
  const stream = streamText({ model: language, prompt: 'x', abortSignal: leaving.signal, maxRetries: 0, onError: () => undefined });
  for await (const part of stream.fullStream) if (part.type === 'text-delta') leaving.abort();
  await eventually(() => asked(emulator).length === 1);
  t.equal((await asked(emulator)[0]?.closed)?.early, true);
});

const chainSetup = async (t: Test, options: PolluxOptions = {}, over: object = {}) => {
  const running = await pollux(t, options);
  const chat = new ChatAnthropic({ model, apiKey: running.password, anthropicApiUrl: running.url, maxRetries: 0, maxTokens: 4000, ...over });
  return { ...running, chat };
};

t.test('@langchain/anthropic: text comes whole and streamed, with usage', async (t) => {
  const { chat } = await chainSetup(t);
  const whole = await chat.invoke('How are you?');
  t.match(whole.text, 'You wrote: “How are you?”');
  let text = '';
  for await (const piece of await chat.stream('How are you?')) text += piece.text;
  t.equal(text, whole.text);
  t.ok((whole.usage_metadata?.input_tokens ?? 0) > 0 && (whole.usage_metadata?.output_tokens ?? 0) > 0);
});

for (const stream of [false, true]) {
  t.test(`@langchain/anthropic: a tool is called and answered in several steps, signatures kept, ${stream ? 'streamed' : 'whole'}`, async (t) => {
    const setup = await chainSetup(t, { emulator: { strictSignatures: true } }, { thinking: { type: 'enabled', budget_tokens: 2000 }, streaming: stream });
    const get_weather = langchainTool(({ city }) => `blue over ${city}`, { name: 'get_weather', description: 'Tells the weather of a city.', schema: z.object({ city: z.string() }) });
    const bound = setup.chat.bindTools([get_weather]);
    const history: BaseMessage[] = [new HumanMessage('What is the weather in Paris?')];
    const first = await bound.invoke(history);
    t.match(first.tool_calls, [{ name: 'get_weather', args: { city: 'Paris' } }]);
    t.match(JSON.stringify(first.content), 'Canned thinking');
    history.push(first instanceof AIMessage ? first : new AIMessage(first), new ToolMessage({ tool_call_id: first.tool_calls?.[0]?.id ?? '', content: 'blue over Paris' }));
    t.match((await bound.invoke(history)).text, 'blue over Paris');
    const call = bodyOf(setup, 1).contents[1]?.parts.find((part) => 'functionCall' in part);
    t.match(call?.['thoughtSignature'], /^(?!skip)/);
    t.match(bodyOf(setup, 1).contents[2]?.parts, [{ functionResponse: { name: 'get_weather', response: { result: 'blue over Paris' } } }]);
  });
}

t.test('@langchain/anthropic: pictures and documents reach Gemini as they are', async (t) => {
  const setup = await chainSetup(t);
  await setup.chat.invoke([new HumanMessage({ content: [{ type: 'text', text: 'What is this?' }, { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png.toString('base64') } }, { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: pdf.toString('base64') } }] as never })]);
  const inline = (mimeType: string, bytes: Buffer) => ({ inlineData: { mimeType, data: bytes.toString('base64') } });
  t.match(bodyOf(setup, 0).contents[0]?.parts, [{ text: 'What is this?' }, inline('image/png', png), inline('application/pdf', pdf)]);
});

t.test('@langchain/anthropic: a schema shapes the answer', async (t) => {
  const { chat } = await chainSetup(t);
  const person = await chat.withStructuredOutput(z.object({ name: z.string(), age: z.number() })).invoke('Who?');
  t.match(person, { name: String, age: Number });
});

t.test("@langchain/anthropic: errors have Anthropic's words", async (t) => {
  const { url } = await chainSetup(t);
  const stranger = new ChatAnthropic({ model, apiKey: 'wrong', anthropicApiUrl: url, maxRetries: 0 });
  const refused: unknown = await stranger.invoke('x').catch((cause: unknown) => cause);
  t.match(refused, { status: 401, message: /PASSWORD/ });
});

t.test('@langchain/anthropic: leaving a stream closes the connection to Gemini', async (t) => {
  const { chat, emulator } = await chainSetup(t);
  emulator.fault('endless-stream');
  for await (const piece of await chat.stream('x')) if (piece.text !== '') break;
  await eventually(() => asked(emulator).length === 1);
  t.equal((await asked(emulator)[0]?.closed)?.early, true);
});
