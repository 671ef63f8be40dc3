import OpenAI, { APIConnectionError, AuthenticationError, BadRequestError, NotFoundError, RateLimitError } from 'openai';
import { zodTextFormat } from 'openai/helpers/zod';
import Older from 'openai-4';
import t, { type Test } from 'tap';
import { z } from 'zod';
import { asked, frame, madeUpKeys, pollux, type Pollux, type PolluxOptions } from '../support/pollux.ts';
import { eventually } from '../support/serving.ts';

type Response = OpenAI.Responses.Response;
type Event = OpenAI.Responses.ResponseStreamEvent;
type Input = OpenAI.Responses.ResponseInputItem;

const model = 'gemini-3.5-flash';
const png = Buffer.from('\u0089PNG\r\n\u001a\n made up', 'latin1').toString('base64');
const pdf = Buffer.from('%PDF-1.4 made up').toString('base64');

/** The last 4.x has what is used here under the same names. */
const versions: readonly (readonly [name: string, sdk: typeof OpenAI])[] = [
  ['openai', OpenAI],
  ['openai 4', Older as unknown as typeof OpenAI],
];

type Setup = Pollux & { readonly client: OpenAI };

const setupOf = async (t: Test, SDK: typeof OpenAI, options: PolluxOptions = {}): Promise<Setup> => {
  const running = await pollux(t, options);
  return { ...running, client: new SDK({ apiKey: running.password, baseURL: `${running.url}/v1`, maxRetries: 0 }) };
};

type Body = {
  readonly contents: readonly { readonly role: string; readonly parts: readonly Readonly<Record<string, unknown>>[] }[];
  readonly systemInstruction?: { readonly parts: readonly { readonly text: string }[] };
  readonly generationConfig?: Readonly<Record<string, unknown>>;
  readonly tools?: readonly object[];
};

const bodyOf = ({ emulator }: Pick<Pollux, 'emulator'>, at: number): Body => asked(emulator).at(at)?.body as Body;

const weather: OpenAI.Responses.Tool = {
  type: 'function',
  name: 'get_weather',
  description: 'Tells the weather of a city.',
  strict: false,
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

const question: Input = { role: 'user', content: 'What is the weather in Paris?' };

/** The 4.x collector has no `output_text`. */
const textIn = ({ output }: Pick<Response, 'output'>): string =>
  output.flatMap((item) => (item.type === 'message' ? item.content : [])).map((part) => (part.type === 'output_text' ? part.text : '')).join('');

/** The items that show anything: a signature may stand in one of its own. */
const shownIn = ({ output }: Pick<Response, 'output'>): readonly string[] =>
  output.flatMap((item) => (item.type === 'reasoning' && item.summary.length === 0 ? [] : [item.type]));

const callIn = ({ output }: Response): OpenAI.Responses.ResponseFunctionToolCall => {
  const call = output.find((item) => item.type === 'function_call');
  if (call?.type !== 'function_call') throw new Error('no call');
  return call;
};

/** How a client goes on after a call: it sends everything, or lets the service keep it. */
const ways: readonly (readonly [way: string, store: boolean, input: (first: Response) => readonly Input[], after: (first: Response) => string | undefined])[] = [
  ['sending all items back', false, ({ output }) => [question, ...(output as Input[])], () => undefined],
  ['sending them back without reasoning', false, ({ output }) => [question, ...(output.filter(({ type }) => type !== 'reasoning') as Input[])], () => undefined],
  ['by previous_response_id', true, () => [], ({ id }) => id],
];

for (const [name, SDK] of versions) {
  t.test(`${name}: a whole answer`, async (t) => {
    const setup = await setupOf(t, SDK);
    const told = await setup.client.responses.create({ model, instructions: 'Answer in short.', input: 'How are you?', max_output_tokens: 5000, temperature: 0.5 });
    t.match(told, { id: /^resp_/, object: 'response', status: 'completed', model, error: null, incomplete_details: null, instructions: 'Answer in short.' });
    t.match(told.output_text, 'You wrote: “How are you?”');
    t.equal(told.usage?.total_tokens, (told.usage?.input_tokens ?? 0) + (told.usage?.output_tokens ?? 0));
    t.match(bodyOf(setup, 0), { systemInstruction: { parts: [{ text: 'Answer in short.' }] }, contents: [{ role: 'user', parts: [{ text: 'How are you?' }] }], generationConfig: { maxOutputTokens: 5000 } });
  });

  t.test(`${name}: a stream says what the whole answer says, and the SDK's own collector follows it`, async (t) => {
    const { client } = await setupOf(t, SDK);
    const request = { model, input: 'How are you?', reasoning: { summary: 'auto' as const } };
    const whole = await client.responses.create(request);
    const events: Event[] = [];
    for await (const event of await client.responses.create({ ...request, stream: true })) events.push(event);
    t.equal(events.flatMap((event) => (event.type === 'response.output_text.delta' ? [event.delta] : [])).join(''), whole.output_text);
    t.same(events.map((event) => event.sequence_number), events.map((_, at) => at));
    const collected = client.responses.stream(request);
    const deltas: string[] = [];
    collected.on('response.output_text.delta', ({ delta }) => deltas.push(delta));
    const final = await collected.finalResponse();
    t.equal(deltas.join(''), whole.output_text);
    t.equal(textIn(final), whole.output_text);
    t.same(final.usage, whole.usage);
    t.same(shownIn(final), shownIn(whole));
    t.match(final.output[0], { type: 'reasoning', summary: [{ type: 'summary_text', text: /Canned thinking/ }] });
  });

  for (const [way, store, inputOf, after] of ways) {
    for (const stream of [false, true]) {
      t.test(`${name}: a tool is called and answered in several steps, ${way}, ${stream ? 'streamed' : 'whole'}; its signature is kept`, async (t) => {
        const setup = await setupOf(t, SDK, { emulator: { strictSignatures: true } });
        const ask = (input: readonly Input[], previous?: string): Promise<Response> => {
          const request = { model, store, tools: [weather], input: [...input], previous_response_id: previous ?? null };
          return stream ? setup.client.responses.stream(request as never).finalResponse() : setup.client.responses.create(request);
        };
        const first = await ask([question]);
        const call = callIn(first);
        t.same([call.name, JSON.parse(call.arguments)], ['get_weather', { city: 'Paris' }]);
        const second = await ask([...inputOf(first), { type: 'function_call_output', call_id: call.call_id, output: 'blue over Paris' }], after(first));
        t.match(textIn(second), 'blue over Paris');
        const { contents } = bodyOf(setup, 1);
        t.same(contents.map(({ role }) => role), ['user', 'model', 'user']);
        t.match(contents[1]?.parts.find((part) => 'functionCall' in part), { functionCall: { name: 'get_weather', args: { city: 'Paris' } }, thoughtSignature: /^(?!skip)/ });
        t.match(contents[2]?.parts, [{ functionResponse: { name: 'get_weather', response: { result: 'blue over Paris' } } }]);
      });
    }
  }

  t.test(`${name}: a schema shapes the answer, parsed by the SDK`, async (t) => {
    const setup = await setupOf(t, SDK);
    const format = zodTextFormat(z.object({ name: z.string(), age: z.number() }), 'person');
    const { output_parsed: person } = await setup.client.responses.parse({ model, input: 'Who?', text: { format } });
    t.match(person, { name: String, age: Number });
    t.match(bodyOf(setup, 0).generationConfig, { responseMimeType: 'application/json', responseJsonSchema: { type: 'object' } });
  });

  t.test(`${name}: pictures and files go in, a picture comes out`, async (t) => {
    const setup = await setupOf(t, SDK);
    const content: OpenAI.Responses.ResponseInputMessageContentList = [
      { type: 'input_text', text: 'What is this?' },
      { type: 'input_image', image_url: `data:image/png;base64,${png}`, detail: 'auto' },
      { type: 'input_file', filename: 'a.pdf', file_data: `data:application/pdf;base64,${pdf}` },
    ];
    await setup.client.responses.create({ model, input: [{ role: 'user', content }] });
    t.match(bodyOf(setup, 0).contents[0]?.parts, [{ text: 'What is this?' }, { inlineData: { mimeType: 'image/png', data: png } }, { inlineData: { mimeType: 'application/pdf', data: pdf } }]);
    const drawn = await setup.client.responses.create({ model: 'gemini-3.1-flash-image', input: 'Draw a cat.', tools: [{ type: 'image_generation' } as never] });
    const picture = drawn.output.find((item) => item.type === 'image_generation_call');
    t.match(Buffer.from(picture?.result ?? '', 'base64').subarray(1, 4).toString(), 'PNG');
    const again = await setup.client.responses.create({ model: 'gemini-3.1-flash-image', previous_response_id: drawn.id, input: 'Make it blue.' });
    t.equal(again.status, 'completed');
    t.ok(bodyOf(setup, 2).contents.some(({ role, parts }) => role === 'model' && parts.some((part) => 'inlineData' in part)), 'it goes back as a picture');
  });

  t.test(`${name}: errors are the SDK's own`, async (t) => {
    const setup = await setupOf(t, SDK);
    const { client, url, emulator } = setup;
    const errorOf = (asking: Promise<unknown>): Promise<unknown> => asking.catch((error: unknown) => error);
    const of = (kind: string): RegExp => new RegExp(`^${kind}$`);
    const named = (error: unknown): string => Object(error).constructor.name;
    const stranger = new SDK({ apiKey: 'wrong', baseURL: `${url}/v1`, maxRetries: 0 });
    t.match(named(await errorOf(stranger.responses.create({ model, input: 'a' }))), of(AuthenticationError.name));
    const bad = await errorOf(client.responses.create({ model, input: 'a', temperature: 9 }));
    t.match([named(bad), bad], [of(BadRequestError.name), { status: 400, param: 'temperature', code: 'invalid_value' }]);
    const none = await errorOf(client.responses.create({ model: 'gemini-none', input: 'a' }));
    t.match([named(none), none], [of(NotFoundError.name), { code: 'model_not_found' }]);
    emulator.failKey(madeUpKeys[0] ?? '', 'minute');
    const busy = await errorOf(client.responses.create({ model, input: 'a' }));
    t.match([named(busy), busy], [of(RateLimitError.name), { code: 'rate_limit_exceeded' }]);
  });

  t.test(`${name}: a stream that fails after its first words tells it, and nothing twice`, async (t) => {
    const { client, emulator } = await setupOf(t, SDK);
    emulator.answerWith(() => ({ frames: [frame('half an answer')], ending: 'reset' as const }));
    const events: Event[] = [];
    const failure = await (async () => {
      for await (const event of await client.responses.create({ model, input: 'a', stream: true })) events.push(event);
    })().catch((error: unknown) => error);
    t.ok(failure instanceof Error && !(failure instanceof APIConnectionError), String(failure));
    t.equal(events.filter(({ type }) => type === 'response.output_text.delta').length, 1);
    t.equal(asked(emulator).length, 1);
  });

  t.test(`${name}: leaving a stream closes the connection to Gemini`, async (t) => {
    const { client, emulator } = await setupOf(t, SDK);
    emulator.fault('endless-stream');
    const stream = await client.responses.create({ model, input: 'a', stream: true });
    for await (const event of stream) if (event.type === 'response.output_text.delta') stream.controller.abort();
    await eventually(() => asked(emulator).length === 1);
    t.equal((await asked(emulator)[0]?.closed)?.early, true);
  });

  t.test(`${name}: an answer that is cut off is incomplete, its text kept`, async (t) => {
    const { client, emulator } = await setupOf(t, SDK);
    emulator.answerWith({ frames: [frame('half an answer', 'MAX_TOKENS')] });
    t.match(await client.responses.create({ model, input: 'a', max_output_tokens: 3000 }), { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' }, output_text: 'half an answer' });
  });
}
