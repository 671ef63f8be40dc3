import { createOpenAI } from '@ai-sdk/openai';
import { AIMessage, HumanMessage, ToolMessage, type BaseMessage } from '@langchain/core/messages';
import { tool as langchainTool } from '@langchain/core/tools';
import { ChatOpenAI } from '@langchain/openai';
import { Agent, imageGenerationTool, OpenAIProvider, Runner, setTracingDisabled, tool as agentTool } from '@openai/agents';
import { APICallError, generateText, Output, stepCountIs, streamText, tool } from 'ai';
import t, { type Test } from 'tap';
import { z } from 'zod';
import { asked, pollux, type Pollux, type PolluxOptions } from '../support/pollux.ts';
import { eventually } from '../support/serving.ts';

Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });
setTracingDisabled(true);

const model = 'gemini-3.5-flash';
const painter = 'gemini-3.1-flash-image';
const png = Buffer.from('\u0089PNG\r\n\u001a\n made up', 'latin1');
const city = z.object({ city: z.string() });
const weather = { name: 'get_weather', description: 'Tells the weather of a city.' };
const question = 'What is the weather in Paris?';
const blue = 'blue over Paris';

type Body = { readonly contents: readonly { readonly role: string; readonly parts: readonly Readonly<Record<string, unknown>>[] }[]; readonly generationConfig?: object };
const bodyOf = ({ emulator }: Pick<Pollux, 'emulator'>, at: number): Body => asked(emulator).at(at)?.body as Body;

/** What Gemini must see in the second step: the call with its signature, and the result right behind it. */
const sawTwoSteps = (t: Test, running: Pick<Pollux, 'emulator'>): void => {
  t.equal(asked(running.emulator).length, 2);
  const { contents } = bodyOf(running, 1);
  t.match(contents[1]?.parts.find((part) => 'functionCall' in part), { functionCall: { name: 'get_weather', args: { city: 'Paris' } }, thoughtSignature: /^(?!skip)/ });
  t.match(contents[2]?.parts, [{ functionResponse: { name: 'get_weather' } }]);
  t.match(JSON.stringify(contents[2]), blue);
};

const strict: PolluxOptions = { emulator: { strictSignatures: true } };

const aiSetup = async (t: Test, api: 'responses' | 'chat', options: PolluxOptions = {}) => {
  const running = await pollux(t, options);
  const provider = createOpenAI({ baseURL: `${running.url}/v1`, apiKey: running.password });
  return { ...running, provider, language: api === 'chat' ? provider.chat(model) : provider.responses(model) };
};

for (const api of ['responses', 'chat'] as const) {
  const what = `@ai-sdk/openai on ${api}`;

  t.test(`${what}: text comes whole and streamed, with usage`, async (t) => {
    const { language } = await aiSetup(t, api);
    const whole = await generateText({ model: language, prompt: 'How are you?', maxRetries: 0 });
    t.match(whole.text, 'You wrote: “How are you?”');
    t.equal(whole.finishReason, 'stop');
    const stream = streamText({ model: language, prompt: 'How are you?', maxRetries: 0 });
    let text = '';
    for await (const piece of stream.textStream) text += piece;
    t.equal(text, whole.text);
    t.same((await stream.usage).totalTokens, whole.usage.totalTokens);
  });

  for (const stream of [false, true]) {
    t.test(`${what}: a tool is called and answered in several steps, signatures kept, ${stream ? 'streamed' : 'whole'}`, async (t) => {
      const setup = await aiSetup(t, api, strict);
      const get_weather = tool({ description: weather.description, inputSchema: city, execute: () => Promise.resolve(blue) });
      const request = { model: setup.language, prompt: question, tools: { get_weather }, stopWhen: stepCountIs(3), maxRetries: 0 };
      const result = stream ? streamText(request) : await generateText(request);
      t.match((await result.steps)[0]?.toolCalls, [{ toolName: 'get_weather', input: { city: 'Paris' } }]);
      t.match(await result.text, blue);
      sawTwoSteps(t, setup);
    });
  }

  t.test(`${what}: pictures reach Gemini as they are`, async (t) => {
    const setup = await aiSetup(t, api);
    await generateText({ model: setup.language, messages: [{ role: 'user', content: [{ type: 'text', text: 'What is this?' }, { type: 'image', image: png, mediaType: 'image/png' }] }], maxRetries: 0 });
    t.match(bodyOf(setup, 0).contents[0]?.parts, [{ text: 'What is this?' }, { inlineData: { mimeType: 'image/png', data: png.toString('base64') } }]);
  });

  t.test(`${what}: a schema shapes the answer`, async (t) => {
    const setup = await aiSetup(t, api);
    const { output } = await generateText({ model: setup.language, prompt: 'Who?', output: Output.object({ schema: z.object({ name: z.string(), age: z.number() }) }), maxRetries: 0 });
    t.match(output, { name: String, age: Number });
    t.match(bodyOf(setup, 0).generationConfig, { responseMimeType: 'application/json' });
  });

  t.test(`${what}: errors are the SDK's own`, async (t) => {
    const { url } = await aiSetup(t, api);
    const stranger = createOpenAI({ baseURL: `${url}/v1`, apiKey: 'wrong' });
    const refused: unknown = await generateText({ model: api === 'chat' ? stranger.chat(model) : stranger(model), prompt: 'x', maxRetries: 0 }).catch((cause: unknown) => cause);
    t.ok(APICallError.isInstance(refused));
    t.match(refused, { statusCode: 401, message: /PASSWORD/ });
  });

  t.test(`${what}: leaving a stream closes the connection to Gemini`, async (t) => {
    const { language, emulator } = await aiSetup(t, api);
    emulator.fault('endless-stream');
    const leaving = new AbortController();
    const stream = streamText({ model: language, prompt: 'x', abortSignal: leaving.signal, maxRetries: 0, onError: () => undefined });
    for await (const part of stream.fullStream) if (part.type === 'text-delta') leaving.abort();
    await eventually(() => asked(emulator).length === 1);
    t.equal((await asked(emulator)[0]?.closed)?.early, true);
  });
}

t.test('@ai-sdk/openai on responses: nothing is kept by the service, and reasoning is told', async (t) => {
  const setup = await aiSetup(t, 'responses', strict);
  const get_weather = tool({ description: weather.description, inputSchema: city, execute: () => Promise.resolve(blue) });
  const providerOptions = { openai: { store: false, reasoningSummary: 'auto', forceReasoning: true } };
  const result = await generateText({ model: setup.language, prompt: question, tools: { get_weather }, stopWhen: stepCountIs(3), providerOptions, maxRetries: 0 });
  t.match(result.steps[0]?.reasoningText, 'Canned thinking');
  t.match(result.text, blue);
  sawTwoSteps(t, setup);
});

t.test('@ai-sdk/openai on responses: a picture that is drawn comes as a result of the tool', async (t) => {
  const { provider } = await aiSetup(t, 'responses');
  const drawn = await generateText({ model: provider.responses('gemini-3.1-flash-image'), prompt: 'Draw a cat.', tools: { image_generation: provider.tools.imageGeneration() as never }, maxRetries: 0 });
  t.match(drawn.toolResults[0], { toolName: 'image_generation', output: { result: /^iVBOR/ } });
});

const chainSetup = async (t: Test, options: PolluxOptions = {}, over: object = {}) => {
  const running = await pollux(t, options);
  const chat = new ChatOpenAI({ model, apiKey: running.password, configuration: { baseURL: `${running.url}/v1` }, useResponsesApi: true, maxRetries: 0, ...over });
  return { ...running, chat };
};

t.test('@langchain/openai on responses: text comes whole and streamed, with usage', async (t) => {
  const { chat } = await chainSetup(t);
  const whole = await chat.invoke('How are you?');
  t.match(whole.text, 'You wrote: “How are you?”');
  let text = '';
  for await (const piece of await chat.stream('How are you?')) text += piece.text;
  t.equal(text, whole.text);
  t.ok((whole.usage_metadata?.input_tokens ?? 0) > 0 && (whole.usage_metadata?.output_tokens ?? 0) > 0);
});

for (const zdrEnabled of [false, true]) {
  for (const streaming of [false, true]) {
    t.test(`@langchain/openai on responses${zdrEnabled ? ', nothing kept' : ''}: a tool is called and answered in several steps, signatures kept, ${streaming ? 'streamed' : 'whole'}`, async (t) => {
      const setup = await chainSetup(t, strict, { streaming, zdrEnabled });
      const bound = setup.chat.bindTools([langchainTool(() => blue, { ...weather, schema: city })]);
      const history: BaseMessage[] = [new HumanMessage(question)];
      const first = await bound.invoke(history);
      t.match(first.tool_calls, [{ name: 'get_weather', args: { city: 'Paris' } }]);
      history.push(first instanceof AIMessage ? first : new AIMessage(first), new ToolMessage({ tool_call_id: first.tool_calls?.[0]?.id ?? '', content: blue }));
      t.match((await bound.invoke(history)).text, blue);
      sawTwoSteps(t, setup);
    });
  }
}

t.test('@langchain/openai on responses: a picture that is drawn is an output of the tool, and goes back with the next question', async (t) => {
  const setup = await chainSetup(t, {}, { model: painter });
  const asks = { tools: [{ type: 'image_generation' } as const] };
  const drawn = await setup.chat.invoke('Draw a cat.', asks);
  t.match(drawn.additional_kwargs['tool_outputs'], [{ type: 'image_generation_call', result: /^iVBOR/ }]);
  await setup.chat.invoke([new HumanMessage('Draw a cat.'), drawn, new HumanMessage('Make it blue.')], asks);
  t.match(bodyOf(setup, 1).contents.find(({ role }) => role === 'model')?.parts.find((part) => 'inlineData' in part), { inlineData: { mimeType: 'image/png' } });
});

t.test('@langchain/openai on responses: pictures reach Gemini, a schema shapes the answer', async (t) => {
  const setup = await chainSetup(t);
  await setup.chat.invoke([new HumanMessage({ content: [{ type: 'text', text: 'What is this?' }, { type: 'image_url', image_url: { url: `data:image/png;base64,${png.toString('base64')}` } }] })]);
  t.match(bodyOf(setup, 0).contents[0]?.parts, [{ text: 'What is this?' }, { inlineData: { mimeType: 'image/png', data: png.toString('base64') } }]);
  const person = await setup.chat.withStructuredOutput(z.object({ name: z.string(), age: z.number() })).invoke('Who?');
  t.match(person, { name: String, age: Number });
});

t.test('@langchain/openai on responses: errors are told, and leaving a stream closes the connection', async (t) => {
  const { chat, emulator, url } = await chainSetup(t);
  const stranger = new ChatOpenAI({ model, apiKey: 'wrong', configuration: { baseURL: `${url}/v1` }, useResponsesApi: true, maxRetries: 0 });
  t.match(await stranger.invoke('x').catch((cause: unknown) => cause), { status: 401 });
  emulator.fault('endless-stream');
  const leaving = new AbortController();
  await t.rejects(async () => {
    for await (const piece of await chat.stream('x', { signal: leaving.signal })) if (piece.text !== '') leaving.abort();
  });
  await eventually(() => asked(emulator).length === 1);
  t.equal((await asked(emulator)[0]?.closed)?.early, true);
});

const agentsSetup = async (t: Test, options: PolluxOptions = {}, apiKey?: string) => {
  const running = await pollux(t, options);
  const modelProvider = new OpenAIProvider({ apiKey: apiKey ?? running.password, baseURL: `${running.url}/v1` });
  return { ...running, runner: new Runner({ modelProvider, tracingDisabled: true }) };
};

const askWeather = agentTool({ ...weather, parameters: city, execute: () => Promise.resolve(blue) });

t.test('@openai/agents: text comes whole and streamed', async (t) => {
  const { runner, emulator } = await agentsSetup(t);
  const agent = new Agent({ name: 'Ada', instructions: 'Answer in short.', model });
  const whole = await runner.run(agent, 'How are you?');
  t.match(whole.finalOutput, 'You wrote: “How are you?”');
  const stream = await runner.run(agent, 'How are you?', { stream: true });
  let text = '';
  for await (const piece of stream.toTextStream()) text += piece;
  await stream.completed;
  t.equal(text, whole.finalOutput);
  t.match(asked(emulator).at(0)?.body, { systemInstruction: { parts: [{ text: 'Answer in short.' }] } });
});

for (const stream of [false, true]) {
  t.test(`@openai/agents: a tool is called and answered in several steps, signatures kept, ${stream ? 'streamed' : 'whole'}`, async (t) => {
    const setup = await agentsSetup(t, strict);
    const agent = new Agent({ name: 'Ada', model, tools: [askWeather] });
    const result = stream ? await setup.runner.run(agent, question, { stream: true }) : await setup.runner.run(agent, question);
    if ('completed' in result) await result.completed;
    t.match(result.finalOutput, blue);
    sawTwoSteps(t, setup);
  });
}

t.test('@openai/agents: a schema shapes the answer, a picture goes in', async (t) => {
  const setup = await agentsSetup(t);
  const typed = new Agent({ name: 'Ada', model, outputType: z.object({ name: z.string(), age: z.number() }) });
  t.match((await setup.runner.run(typed, 'Who?')).finalOutput, { name: String, age: Number });
  const image = `data:image/png;base64,${png.toString('base64')}`;
  await setup.runner.run(new Agent({ name: 'Ada', model }), [{ role: 'user', content: [{ type: 'input_text', text: 'What is this?' }, { type: 'input_image', image }] }]);
  t.match(bodyOf(setup, 1).contents[0]?.parts, [{ text: 'What is this?' }, { inlineData: { mimeType: 'image/png', data: png.toString('base64') } }]);
});

t.test('@openai/agents: a picture that is drawn is an output of the tool', async (t) => {
  const { runner, emulator } = await agentsSetup(t);
  const result = await runner.run(new Agent({ name: 'Ada', model: painter, tools: [imageGenerationTool()] }), 'Draw a cat.');
  t.match(result.newItems.map(({ rawItem }) => rawItem).find((item) => item?.type === 'hosted_tool_call'), { name: 'image_generation_call', output: /^iVBOR/ });
  t.match(bodyOf({ emulator }, 0).generationConfig, { responseModalities: ['TEXT', 'IMAGE'] });
});

t.test('@openai/agents: one agent hands over to another, and a conversation goes on by previous_response_id', async (t) => {
  const setup = await agentsSetup(t, strict);
  const forecaster = new Agent({ name: 'Weather forecaster', handoffDescription: 'Knows the weather.', model, tools: [askWeather] });
  const first = await setup.runner.run(new Agent({ name: 'Ada', model, handoffs: [forecaster] }), question);
  t.equal(first.lastAgent?.name, 'Weather forecaster');
  const lastResponseId = first.lastResponseId ?? '';
  t.match(lastResponseId, /^resp_/);
  const second = await setup.runner.run(new Agent({ name: 'Ada', model }), 'Thanks', { previousResponseId: lastResponseId });
  t.match(second.finalOutput, 'Thanks');
  t.match(bodyOf(setup, -1).contents[0]?.parts, [{ text: question }], 'the first run is in the history');
});

t.test('@openai/agents: errors are told, and leaving a stream closes the connection', async (t) => {
  const stranger = await agentsSetup(t, {}, 'wrong');
  t.match(await stranger.runner.run(new Agent({ name: 'Ada', model }), 'x').catch((cause: unknown) => cause), { status: 401 });
  const { runner, emulator } = await agentsSetup(t);
  emulator.fault('endless-stream');
  const leaving = new AbortController();
  const stream = await runner.run(new Agent({ name: 'Ada', model }), 'x', { stream: true, signal: leaving.signal });
  await (async () => {
    for await (const piece of stream.toTextStream()) if (piece !== '') leaving.abort();
    await stream.completed;
  })().catch(() => undefined);
  await eventually(() => asked(emulator).length === 1);
  t.equal((await asked(emulator)[0]?.closed)?.early, true);
});
