import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { memoryOf, startServiceProcess, type ServiceProcess } from '../support/service-process.ts';
import { webServer } from '../support/web-server.ts';

const mebibyte = 1024 * 1024;
const budget = 512;
/** Resident memory at its highest, MiB: what is counted, twice, since V8 collects garbage when it sees fit. */
const mostResident = 1024;

// A busy machine needs longer for these than tap's usual time.
t.setTimeout(300_000);
const slow = { timeout: 240_000 };

const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(19 * mebibyte)]);
const packed = { br: brotliCompressSync(png, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }), gzip: gzipSync(png, { level: 1 }) };

/** A server of pictures: `/plain`, and `/br` and `/gzip`, a few bytes that unpack to as much. */
const pictureHost = (t: Test) =>
  webServer(t, ({ url = '' }, response) => {
    const encoding = /^\/(br|gzip)/.exec(url)?.[1] as 'br' | 'gzip' | undefined;
    if (encoding === undefined) response.end(png);
    else response.setHeader('content-encoding', encoding).end(packed[encoding]);
  });

const answerOf = (parts: readonly object[]): object => ({ candidates: [{ index: 0, content: { role: 'model', parts }, finishReason: 'STOP' }], usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 } });
const short = JSON.stringify(answerOf([{ text: 'Hello' }]));
const picture = Buffer.from(JSON.stringify(answerOf([{ inlineData: { mimeType: 'image/png', data: png.toString('base64', 0, 9 * mebibyte) } }])));
const largeFrame = Buffer.from(`data: ${JSON.stringify({ candidates: [{ index: 0, content: { parts: [{ text: 'x'.repeat(mebibyte) }] } }] })}\n\n`);

const manyFrames = (response: ServerResponse, count: number): void => {
  response.setHeader('content-type', 'text/event-stream');
  let left = count;
  const more = (): void => {
    while (left > 0 && !response.destroyed) {
      left -= 1;
      if (!response.write(largeFrame)) return;
    }
    if (left === 0) response.end(`data: ${short}\n\n`);
  };
  response.on('drain', more);
  more();
};

/** Stands for Gemini: reads what it is asked and answers by the model's name. */
const gemini = (t: Test) =>
  webServer(t, (asking: IncomingMessage, response) => {
    asking.resume().on('end', () => {
      const { url = '' } = asking;
      if (url.includes('image')) response.end(picture);
      else if (url.includes('gemini-4')) manyFrames(response, 3000);
      else if (url.includes('stream')) response.setHeader('content-type', 'text/event-stream').end(`data: ${short}\n\n`);
      else response.end(short);
    });
  });

type Setup = { readonly service: ServiceProcess; readonly host: string };

const setup = async (t: Test): Promise<Setup> => {
  const [upstream, host] = [await gemini(t), await pictureHost(t)];
  const service = await startServiceProcess(t, {
    GEMINI_BASE_URL: upstream.url,
    GEMINI_API_KEYS: 'made-up-key-one,made-up-key-two',
    MAX_REQUESTS_PER_MINUTE: '0',
    MAX_REQUESTS_PER_DAY_PER_IP: '0',
    MEMORY_BUDGET_MB: String(budget),
    ALLOW_PRIVATE_IMAGE_URLS: 'true',
    // What is unpacked of 90 pictures takes a slow machine longer than one fetch may take by default.
    IMAGE_FETCH_TIMEOUT_MS: '60000',
    IMAGE_STORAGE_TYPE: 'memory',
    MEMORY_MAX_IMAGE_MB: '64',
    LOG_LEVEL: 'info',
  });
  return { service, host: host.url };
};

type Sent = { readonly path?: string; readonly body: Buffer | string; readonly type?: string };

/** The status of an answer, which is read and thrown away; 'cut' where there was none. */
const statusOf = ({ url, password }: ServiceProcess, { path = '/v1/chat/completions', body, type = 'application/json' }: Sent): Promise<number | 'cut'> =>
  new Promise((resolve) => {
    const headers = { authorization: `Bearer ${password}`, 'content-type': type, 'content-length': Buffer.byteLength(body) };
    const asking = request(`${url}${path}`, { method: 'POST', headers, agent: false });
    asking.once('response', (answer) => {
      answer.resume().once('close', () => resolve(answer.statusCode ?? 'cut'));
    });
    asking.once('error', () => resolve('cut'));
    asking.end(body);
  });

const small = JSON.stringify({ model: 'gemini-3-flash-preview', messages: [{ role: 'user', content: 'Hi' }] });

/** Asks for small chats until the rest is done; gives back how they ended. */
const smallChats = async (service: ServiceProcess, rest: Promise<unknown>): Promise<readonly (number | 'cut')[]> => {
  const state = { goesOn: true };
  const done = rest.finally(() => (state.goesOn = false));
  const statuses: (number | 'cut')[] = [];
  while (state.goesOn || statuses.length === 0) {
    statuses.push(await statusOf(service, { body: small }));
    await pause(20);
  }
  await done;
  return statuses;
};

type Outcome = number | 'cut';

/** What may become of a large request: served, or refused in words; some answer there is to each. */
const isHonest = (status: Outcome): boolean => [200, 413, 503].includes(Number(status));

const below = (t: Test, { pid }: ServiceProcess, what: string): void => {
  if (process.platform !== 'linux') return t.comment('memory is read from /proc, which is not here');
  const { peak } = memoryOf(pid);
  t.comment(`${what}: ${Math.round(peak)} MiB`);
  t.ok(peak < mostResident, `${what}: at most ${mostResident} MiB (${Math.round(peak)})`);
};

/** All at once, and small chats beside them. */
const beside = async (t: Test, service: ServiceProcess, what: string, requests: readonly Promise<Outcome>[]): Promise<readonly Outcome[]> => {
  const all = Promise.all(requests);
  const chats = await smallChats(service, all);
  const statuses = await all;
  t.comment(`${what}: ${statuses.join(' ')}; ${chats.length} small chats`);
  t.same(chats.filter((status) => status !== 200), [], `${what}: small chats are served throughout`);
  below(t, service, what);
  return statuses;
};

const chatOf = (content: unknown, over: object = {}): string => JSON.stringify({ model: 'gemini-3-flash-preview', messages: [{ role: 'user', content }], ...over });

const largeChat = (bytes: number, over: object): Buffer => {
  const [before = '', after = ''] = chatOf('@', over).split('@');
  return Buffer.concat([Buffer.from(before), Buffer.alloc(bytes, 'x'), Buffer.from(after)]);
};

/** A chat sent in chunks of one byte each. */
const inTinyChunks = ({ url, password }: ServiceProcess, body: Buffer): Promise<Outcome> =>
  new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const chunks = Buffer.alloc(body.length * 6);
    for (let at = 0; at < body.length; at += 1) {
      chunks.write('1\r\n \r\n', at * 6, 'latin1');
      chunks[at * 6 + 3] = body[at] ?? 0;
    }
    let got = '';
    socket.setEncoding('latin1').on('data', (piece: string) => {
      got += piece;
      const status = /^HTTP\/1\.1 (\d+)/.exec(got)?.[1];
      if (status === undefined) return;
      resolve(Number(status));
      socket.destroy();
    });
    socket.once('error', () => resolve('cut'));
    const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${password}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`;
    socket.write(head);
    socket.write(chunks);
    socket.write('0\r\n\r\n');
  });

/** An upload of 64 MB that does not get on: announced, or in chunks. */
const slowUpload = ({ url, password }: ServiceProcess, isAnnounced: boolean): { readonly told: Promise<number>; readonly end: () => void } => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);
  const framing = isAnnounced ? 'content-length: 64000000\r\n\r\nx' : `transfer-encoding: chunked\r\n\r\n2000000\r\n${'x'.repeat(30_000_000)}`;
  socket.write(`POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${password}\r\ncontent-type: application/json\r\n${framing}`);
  const told = new Promise<number>((resolve) => socket.once('data', (piece) => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(piece.toString())?.[1]))));
  return { told, end: () => socket.destroy() };
};

t.test(`with a budget of ${budget} MiB the service stays below ${mostResident} MiB, whatever is asked of it`, slow, async (t) => {
  const { service, host } = await setup(t);

  const pictures = (path: string, at: number): Promise<Outcome> => {
    const content = [0, 1, 2].map((picture) => ({ type: 'image_url', image_url: { url: `${host}/${path}/${at}-${picture}` } }));
    return statusOf(service, { body: chatOf(content) });
  };
  for (const path of ['plain', 'br', 'gzip']) {
    const statuses = await beside(t, service, `30 requests of three pictures, ${path}`, Array.from({ length: 30 }, (_, at) => pictures(path, at)));
    t.ok(statuses.every(isHonest) && statuses.includes(200), 'some are served, the rest are told to come again');
  }

  const draw = JSON.stringify({ model: 'gemini-2.5-flash-image', prompt: 'a cat', n: 10 });
  const drawn = await beside(t, service, '8 generations of ten pictures', Array.from({ length: 8 }, () => statusOf(service, { path: '/v1/images/generations', body: draw })));
  t.ok(drawn.every(isHonest) && drawn.includes(200), 'some are drawn');

  const chat = largeChat(57_000_000, { n: 8 });
  const chats = await beside(t, service, '4 chats of 57 MB with n = 8', Array.from({ length: 4 }, () => statusOf(service, { body: chat })));
  t.ok(chats.every(isHonest) && chats.includes(200), 'some are served');

  const announced = await beside(t, service, '20 chats of 58 MB', Array.from({ length: 20 }, () => statusOf(service, { body: largeChat(58_000_000, {}) })));
  t.ok(announced.includes(200) && announced.every((status) => isHonest(status) || status === 'cut'), 'never none of them');

  const uploads = Array.from({ length: 4 }, (_, at) => slowUpload(service, at % 2 === 0));
  const told = await Promise.all(uploads.map(({ told: status }) => Promise.race([status, pause(500)])));
  t.ok(told.includes(undefined), 'one is read, as slowly as it comes');
  await beside(t, service, '4 slow uploads of 64 MB', [pause(300).then(() => 200)]);
  for (const { end } of uploads) end();

  const whole = chatOf('Hi', { model: 'gemini-4-argon' });
  const answers = await beside(t, service, 'whole answers of 3,000 frames of 1 MiB', Array.from({ length: 3 }, () => statusOf(service, { body: whole })));
  t.ok(answers.every((status) => [502, 503].includes(Number(status))), 'an answer has an end');

  t.same(await beside(t, service, '3 MB in chunks of one byte', [inTinyChunks(service, largeChat(3_000_000, {}))]), [200]);

  const parts = Buffer.concat([Buffer.alloc(56 * 1_000_000, '--b\r\ncontent-disposition: form-data; name="a"\r\n\r\nvalue\r\n'), Buffer.from('--b--\r\n')]);
  const form = statusOf(service, { path: '/v1/audio/transcriptions', body: parts, type: 'multipart/form-data; boundary=b' });
  t.same(await beside(t, service, 'a form of a million parts', [form]), [400]);
});
