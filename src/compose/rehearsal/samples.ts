/** A request for chat, and what Gemini sends for it: each piece in a write of its own, with the head of the answer. */
export type Sample = { readonly body: Buffer; readonly answer: readonly Buffer[] };

const words = 'One two "three" é \\ and more. '.repeat(12);
const brief = [
  { role: 'system', content: 'Be terse.' },
  { role: 'user', content: 'Say hello.' },
];
const call = { id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"at":"it"}' } };
const long = [
  { role: 'system', content: words },
  { role: 'user', content: words },
  { role: 'assistant', content: words },
  { role: 'user', content: 'And then?' },
  { role: 'assistant', content: null, tool_calls: [call] },
  { role: 'tool', tool_call_id: 'call_1', content: '{"seen":true}' },
  { role: 'user', content: 'Go on.' },
];
const counted = { type: 'integer', minimum: 1, maximum: 9 };
const listed = { type: 'array', items: { type: 'object', properties: { n: counted }, required: ['n'] } };
const parameters = {
  type: 'object',
  properties: { at: { type: 'string', enum: ['it', 'me'], minLength: 1 }, listed },
  required: ['at'],
};
const tools = ['look', 'find'].map((name) => ({
  type: 'function',
  function: { name, description: words, parameters },
}));
/** More than is read, or written, in one go. */
const picture = Buffer.alloc(210_000, 7).toString('base64');
const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${picture}` } };
const drawn = { inlineData: { mimeType: 'image/png', data: picture } };
const shown = [{ role: 'user', content: [{ type: 'text', text: 'What is this?' }, image] }];

/** A record of each kind that is parsed, without long texts. */
export const parsed: unknown[] = [];

const jsonOf = (value: object, space = 0): string => {
  const text = JSON.stringify(value, null, space);
  parsed.push(JSON.parse(text, (_name, told: unknown) => (typeof told === 'string' ? told.slice(0, 20) : told)));
  return text;
};

const bodyWith = (fields: object): Buffer =>
  Buffer.from(
    jsonOf({ model: 'gemini-2.5-flash', ...fields, temperature: 0.7, max_tokens: 1024, top_p: 0.95 }),
  );

const usage = {
  promptTokenCount: 9,
  candidatesTokenCount: 5,
  totalTokenCount: 17,
  promptTokensDetails: [{ modality: 'TEXT', tokenCount: 9 }],
};
const named = { modelVersion: 'gemini-2.5-flash', responseId: 'rehearsal' };
const ended = { finishReason: 'STOP', index: 0 };
const allUsed = { ...usage, thoughtsTokenCount: 3 };

const chunk = (bytes: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${Buffer.byteLength(bytes).toString(16)}\r\n`), Buffer.from(bytes), Buffer.from('\r\n')]);

const headOf = (type: string): Buffer =>
  Buffer.from(`HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nVary: Origin\r\nTransfer-Encoding: chunked\r\n\r\n`);

const lastChunk = Buffer.from('0\r\n\r\n');
const chunkBytes = 32_768;

/** As Google writes a whole answer. */
const whole = (...parts: readonly object[]): readonly Buffer[] => {
  const candidates = [{ content: { parts, role: 'model' }, ...ended, avgLogprobs: -0.1 }];
  const body = Buffer.from(`${jsonOf({ candidates, usageMetadata: allUsed, ...named }, 2)}\n`);
  const chunks = Array.from({ length: Math.ceil(body.length / chunkBytes) }, (_, at) =>
    chunk(body.subarray(at * chunkBytes, (at + 1) * chunkBytes)),
  );
  return [Buffer.concat([headOf('application/json; charset=UTF-8'), ...chunks, lastChunk])];
};

const event = (text: string, isLast: boolean): Buffer => {
  const candidates = [{ content: { parts: [{ text }], role: 'model' }, ...(isLast ? ended : { index: 0 }) }];
  return chunk(`data: ${jsonOf({ candidates, usageMetadata: isLast ? allUsed : usage, ...named })}\r\n\r\n`);
};

/** A stream, each event by itself. */
const events: readonly Buffer[] = [
  Buffer.concat([headOf('text/event-stream'), event('One ', false)]),
  ...['two ', 'thréé ', words].map((text) => event(text, false)),
  Buffer.concat([event('four.', true), lastChunk]),
];

const said = whole({ text: words });
const streamed = { messages: brief, stream: true };

const short: readonly Sample[] = [
  { body: bodyWith({ messages: brief }), answer: said },
  { body: bodyWith({ messages: long }), answer: said },
  { body: bodyWith({ messages: brief, tools, tool_choice: 'auto' }), answer: said },
  {
    body: bodyWith({ messages: brief, tools, tool_choice: 'auto' }),
    answer: whole({ functionCall: { name: 'look', args: { at: 'it' } }, thoughtSignature: 'c2ln' }),
  },
  { body: bodyWith({ ...streamed, stream_options: { include_usage: true } }), answer: [Buffer.concat(events)] },
  { body: bodyWith(streamed), answer: events },
];

const large: readonly Sample[] = [
  { body: bodyWith({ messages: [{ role: 'user', content: words.repeat(250) }] }), answer: said },
  { body: bodyWith({ messages: shown }), answer: said },
  {
    body: bodyWith({ model: 'gemini-2.5-flash-image', messages: brief }),
    answer: whole({ text: 'Here it is.' }, drawn),
  },
];

/** One of each kind of request and answer, twice: V8 keeps the shape of a record from its second on. */
export const samples: readonly Sample[] = [...short, ...large, ...short, ...large];
