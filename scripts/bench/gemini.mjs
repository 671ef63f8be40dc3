// An emulated Gemini for measuring: its answers are serialised before the first question. The model's name says what it
// answers: bench-whole, bench-picture, bench-stream-100x0 (frames, milliseconds between them).
//
//   node scripts/bench/gemini.mjs      prints its address
import { createServer } from 'node:http';
import process from 'node:process';
import { drawnPicture, frameText, wholeText } from './content.mjs';

const usageMetadata = { promptTokenCount: 12, candidatesTokenCount: 40, totalTokenCount: 52 };
const modelVersion = 'gemini-2.5-flash';

const answer = (parts, finish) => ({
  candidates: [{ content: { role: 'model', parts }, index: 0, ...(finish ? { finishReason: 'STOP' } : {}) }],
  usageMetadata,
  modelVersion,
  responseId: 'bench',
});

const whole = Buffer.from(JSON.stringify(answer([{ text: wholeText }], true), null, 2));
const picture = Buffer.from(JSON.stringify(answer([{ text: 'Here it is.' }, { inlineData: { mimeType: 'image/png', data: drawnPicture } }], true)));
const models = JSON.stringify({ models: [{ name: 'models/gemini-2.5-flash', supportedGenerationMethods: ['generateContent'] }] });

const streams = new Map();

function framesOf(count) {
  if (!streams.has(count)) {
    const frames = Array.from({ length: count }, (_, at) => Buffer.from(`data: ${JSON.stringify(answer([{ text: frameText(at) }], at === count - 1))}\r\n\r\n`));
    streams.set(count, frames);
  }
  return streams.get(count);
}

/** Each frame a chunk of its own, as Google sends them; all at once where nothing lies between them. */
function stream(response, count, gapMs) {
  response.setHeader('content-type', 'text/event-stream');
  const frames = framesOf(count);
  if (gapMs === 0) {
    response.cork();
    for (const frame of frames) response.write(frame);
    response.end();
    process.nextTick(() => response.uncork());
    return;
  }
  let at = 0;
  const timer = setInterval(() => {
    response.write(frames[at]);
    at += 1;
    if (at < frames.length) return;
    clearInterval(timer);
    response.end();
  }, gapMs);
  response.once('close', () => clearInterval(timer));
}

const server = createServer((request, response) => {
  request.resume();
  request.once('end', () => {
    const [, count, gapMs] = /bench-stream-(\d+)x(\d+)/.exec(request.url) ?? [];
    if (request.method === 'POST' && count !== undefined) return stream(response, Number(count), Number(gapMs));
    response.setHeader('content-type', 'application/json; charset=UTF-8');
    response.end(request.method === 'GET' ? models : request.url.includes('bench-picture') ? picture : whole);
  });
});
server.keepAliveTimeout = 60_000;
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => console.log(`http://127.0.0.1:${server.address().port}`));
