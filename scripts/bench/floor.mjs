// The floor: the least that a translator from OpenAI's chat to Gemini can do honestly, on node:http and undici alone. It
// reads, parses, builds Gemini's request, calls, parses every frame and writes OpenAI's. No password, limits, log, keys,
// checks, retries. What the service costs more than this is what its promises cost.
//
//   UPSTREAM=http://… node scripts/bench/floor.mjs      prints its address
import { createServer } from 'node:http';
import process from 'node:process';
import { StringDecoder } from 'node:string_decoder';
import { Pool } from 'undici';

const upstream = new URL(process.env.UPSTREAM);
const pool = new Pool(upstream.origin, { connections: null, pipelining: 1, keepAliveTimeout: 60_000, bodyTimeout: 0, headersTimeout: 0 });

function partsOf(content) {
  if (content == null) return [];
  if (typeof content === 'string') return [{ text: content }];
  return content.map((part) => {
    if (part.type === 'text') return { text: part.text };
    const [head, data] = part.image_url.url.split(',');
    return { inlineData: { mimeType: head.slice('data:'.length, -';base64'.length), data } };
  });
}

function callsOf(message, names) {
  return (message.tool_calls ?? []).map(({ id, function: called }) => {
    names.set(id, called.name);
    return { functionCall: { name: called.name, args: JSON.parse(called.arguments) } };
  });
}

function contentsOf(messages) {
  const names = new Map();
  const contents = [];
  for (const message of messages) {
    if (message.role === 'system') continue;
    if (message.role === 'assistant') contents.push({ role: 'model', parts: [...partsOf(message.content), ...callsOf(message, names)] });
    else if (message.role === 'tool') contents.push({ role: 'user', parts: [{ functionResponse: { name: names.get(message.tool_call_id), response: { result: message.content } } }] });
    else contents.push({ role: 'user', parts: partsOf(message.content) });
  }
  return contents;
}

function toGemini({ messages, tools, temperature, top_p: topP, max_tokens: maxOutputTokens }) {
  const system = messages.filter(({ role }) => role === 'system').flatMap(({ content }) => partsOf(content));
  return {
    contents: contentsOf(messages),
    ...(system.length > 0 ? { systemInstruction: { parts: system } } : {}),
    ...(tools ? { tools: [{ functionDeclarations: tools.map(({ function: { name, description, parameters } }) => ({ name, description, parametersJsonSchema: parameters })) }] } : {}),
    generationConfig: { temperature, topP, maxOutputTokens },
  };
}

const usageOf = (usage) => ({
  prompt_tokens: usage.promptTokenCount,
  completion_tokens: usage.candidatesTokenCount,
  total_tokens: usage.totalTokenCount,
});

const contentOf = (parts) => {
  let content = '';
  for (const { text, inlineData } of parts) content += text ?? `![](data:${inlineData.mimeType};base64,${inlineData.data})`;
  return content;
};

let serial = 0;

const headOf = (object, model) => ({ id: `chatcmpl-${(serial += 1)}`, object, created: Math.floor(Date.now() / 1000), model });

function toOpenAi({ candidates: [candidate], usageMetadata }, model) {
  const message = { role: 'assistant', content: contentOf(candidate.content.parts), refusal: null };
  return { ...headOf('chat.completion', model), choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }], usage: usageOf(usageMetadata) };
}

/** Text of the events of one frame. */
function chunkOf(frame, head, isFirst) {
  const [{ content, finishReason }] = frame.candidates;
  const delta = { ...(isFirst ? { role: 'assistant' } : {}), content: contentOf(content.parts) };
  return `data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason ? 'stop' : null }] })}\n\n`;
}

function answerWhole(response, { model, path, body, headers }) {
  const pieces = [];
  pool.dispatch({ path: `${path}:generateContent`, method: 'POST', headers, body }, {
    onConnect: () => undefined,
    onHeaders: () => true,
    onData: (piece) => pieces.push(piece) > 0,
    onError: () => response.destroy(),
    onComplete: () => {
      const text = JSON.stringify(toOpenAi(JSON.parse(Buffer.concat(pieces).toString()), model));
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text);
    },
  });
}

/** One write for all chunks that one read of the socket brought. */
function answerStream(response, { model, path, body, headers }) {
  const head = headOf('chat.completion.chunk', model);
  const decoder = new StringDecoder('utf8');
  let [rest, out, isFirst, isQueued, isChoked, usage, resume] = ['', '', true, false, false, null, null];
  const flush = () => {
    isQueued = false;
    if (out !== '') isChoked = !response.write(out);
    out = '';
  };
  response.on('drain', () => {
    isChoked = false;
    resume();
  });
  pool.dispatch({ path: `${path}:streamGenerateContent?alt=sse`, method: 'POST', headers, body }, {
    onConnect: () => undefined,
    onHeaders: (_status, _headers, go) => {
      resume = go;
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
      return true;
    },
    onData: (piece) => {
      const lines = (rest + decoder.write(piece)).split('\r\n');
      rest = lines.pop();
      for (const line of lines) {
        if (line === '') continue;
        const frame = JSON.parse(line.slice('data: '.length));
        usage = frame.usageMetadata;
        out += chunkOf(frame, head, isFirst);
        isFirst = false;
      }
      if (!isQueued) process.nextTick(flush);
      isQueued = true;
      return !isChoked;
    },
    onError: () => response.destroy(),
    onComplete: () => {
      response.end(`${out}data: ${JSON.stringify({ ...head, choices: [], usage: usageOf(usage) })}\n\ndata: [DONE]\n\n`);
      out = '';
    },
  });
}

const server = createServer((request, response) => {
  if (request.method === 'GET') return void response.end('ok');
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    const asked = JSON.parse(Buffer.concat(pieces).toString());
    const body = Buffer.from(JSON.stringify(toGemini(asked)));
    const headers = { 'content-type': 'application/json', 'x-goog-api-key': 'made-up-key-one' };
    const call = { model: asked.model, path: `/v1beta/models/${asked.model}`, body, headers };
    if (asked.stream) answerStream(response, call);
    else answerWhole(response, call);
  });
});
server.keepAliveTimeout = 60_000;
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => console.log(`http://127.0.0.1:${server.address().port}`));
