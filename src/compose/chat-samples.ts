const words = 'Some words of a turn that is long enough to be one – and so on. '.repeat(6);
const model = 'gemini-2.5-flash';
const wishes = { model, temperature: 0.7, max_tokens: 1024, top_p: 0.95 };

const asked = { role: 'user', content: words };
const begun = [{ role: 'system', content: words }, asked];
const called = {
  role: 'assistant',
  content: null,
  tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"place":"here","days":2}' } }],
};
const turns = [
  ...begun,
  { role: 'assistant', content: words },
  { role: 'user', content: 'And now?' },
  { role: 'assistant', content: 'Now too.' },
  called,
  { role: 'tool', tool_call_id: 'call_1', content: '{"sky":"clear","high":21}' },
  asked,
];
const parameters = { type: 'object', properties: { place: { type: 'string' } }, required: ['place'] };
const tools = [{ type: 'function', function: { name: 'look', description: words, parameters } }];

/** So long that it comes in pieces, and its text is not read. */
const long = Buffer.from(JSON.stringify({ ...wishes, messages: [{ role: 'user', content: words.repeat(200) }] }));

const bodyOf = (body: object): readonly Buffer[] => [Buffer.from(JSON.stringify({ ...wishes, ...body }))];

/** Bodies of chat requests as they mostly are, each in the pieces in which it comes. */
export const chatSamples: readonly (readonly Buffer[])[] = [
  bodyOf({ messages: begun }),
  bodyOf({ messages: turns }),
  bodyOf({ messages: begun, tools, tool_choice: 'auto' }),
  bodyOf({ messages: begun, stream: true, stream_options: { include_usage: true } }),
  [long.subarray(0, 30_000), long.subarray(30_000)],
];

const usageMetadata = {
  promptTokenCount: 12,
  candidatesTokenCount: 34,
  totalTokenCount: 46,
  promptTokensDetails: [{ modality: 'TEXT', tokenCount: 12 }],
};

const frameOf = (text: string, end: object = {}): object => ({
  candidates: [{ content: { parts: [{ text }], role: 'model' }, ...end, index: 0 }],
  usageMetadata,
  modelVersion: model,
  responseId: 'sample',
});

const stop = { finishReason: 'STOP' };
const frames = [...['One', words, ' two', ' three'].map((text) => frameOf(text)), frameOf(' four', stop)];

/** Gemini's answers as they mostly are: whole, and as a stream. */
export const sampleAnswers = {
  whole: Buffer.from(JSON.stringify(frameOf(words, { ...stop, avgLogprobs: -0.1 }), null, 2)),
  streamed: Buffer.from(frames.map((frame) => `data: ${JSON.stringify(frame)}\r\n\r\n`).join('')),
};
