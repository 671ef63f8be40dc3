import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { bodyEncoder } from '../../../src/gemini/call-body.ts';
import type { GenerateContentRequest } from '../../../src/gemini/request.ts';
import { bodySplitter } from '../../../src/adapters/gemini/body-values.ts';
import { E } from '../../../src/kernel/fp.ts';
import { caught, type ProxyError } from '../../../src/kernel/proxy-error.ts';
import type { Portion } from '../../../src/ports/memory.ts';
import { call, clientOf, outcomeOf, startedEmulator, textOf } from '../../support/client-calls.ts';
import { asked, frame } from '../../support/pollux.ts';
import { webServer } from '../../support/web-server.ts';

const mebibyte = 1024 * 1024;

/** Counts what is held; refuses more than `most`. */
const counting = (most = Infinity): Portion & { readonly held: () => number; readonly peak: () => number } => {
  const state = { held: 0, peak: 0 };
  return {
    take: (bytes): ProxyError | null => {
      if (state.held + bytes > most) return { tag: 'Busy', message: 'full' };
      state.held += bytes;
      state.peak = Math.max(state.peak, state.held);
      return null;
    },
    giveBack: (bytes) => {
      state.held -= bytes;
    },
    letGo: () => undefined,
    held: () => state.held,
    peak: () => state.peak,
  };
};

t.test('while nobody reads, Gemini is not blamed for the silence', async (t) => {
  const emulator = await startedEmulator(t);
  emulator.answerWith(Array.from({ length: 400 }, (_, at) => frame('x'.repeat(10_000), at === 399 ? 'STOP' : undefined)));
  const client = clientOf(t, emulator.url, { idleTimeoutMs: 200 });
  const opened = await client.openGemini(call())();
  if (E.isLeft(opened)) return t.fail(opened.left.tag);
  let count = 0;
  for await (const batch of opened.right) {
    for (const one of batch) {
      count += 1;
      // Three times as long as Gemini may be silent; what it sent waits in the socket.
      if (count === 1 || count === 200) await pause(600);
      t.ok(textOf([one]).length > 0);
    }
  }
  t.equal(count, 400);
});

t.test('an answer that only trickles has an end too: an hour', async (t) => {
  const upstream = await webServer(t, (_asking, response) => {
    response.setHeader('content-type', 'text/event-stream');
    const trickle = setInterval(() => response.write(': still here\n\n'), 10);
    response.once('close', () => clearInterval(trickle));
  });
  const client = clientOf(t, upstream.url, { idleTimeoutMs: 10_000, longestAnswerMs: 1000 });
  const opened = await client.openGemini(call())();
  if (E.isLeft(opened)) return t.fail(opened.left.tag);
  const read = async (): Promise<void> => {
    for await (const _ of opened.right) t.fail('a comment is no frame');
  };
  t.match(await read().then(() => null, caught), { tag: 'BadAnswer', reason: 'it did not end within an hour', isLasting: true });
  await upstream.idle();
});

t.test('Gemini is blamed for its silence when somebody waits, also after a slow reader', async (t) => {
  const emulator = await startedEmulator(t);
  emulator.fault('stall-mid-stream', { afterFrames: 2 });
  const opened = await clientOf(t, emulator.url, { idleTimeoutMs: 100 }).openGemini(call())();
  if (E.isLeft(opened)) return t.fail(opened.left.tag);
  const read = async (): Promise<void> => {
    for await (const _ of opened.right) await pause(300);
  };
  t.match(await read().then(() => null, caught), { tag: 'TimedOut', phase: 'idle' });
});

t.test('a stream holds one frame at a time, a collected answer all of them', async (t) => {
  const emulator = await startedEmulator(t);
  const frames = Array.from({ length: 40 }, (_, at) => frame('x'.repeat(200_000), at === 39 ? 'STOP' : undefined));
  emulator.answerWith(frames);
  const client = clientOf(t, emulator.url);
  const [stream, whole] = [counting(), counting()];
  t.equal((await outcomeOf(client, call({ holding: { memory: stream, isCollected: () => false } }))).frames.length, 40);
  t.ok(stream.peak() > 0 && stream.peak() < 3 * mebibyte, `${stream.peak()} at most`);
  t.ok(stream.held() < mebibyte, 'which is let go');
  await outcomeOf(client, call({ holding: { memory: whole, isCollected: () => true } }));
  t.ok(whole.held() >= 5 * 40 * 200_000, `${whole.held()} at the end`);
  const short = counting(0);
  emulator.reset();
  t.equal((await outcomeOf(client, call({ holding: { memory: short, isCollected: () => true } }))).error, null, 'a short answer needs no more than its exchange has');
});

t.test('a long frame is held as it comes, also while the stream is poured', async (t) => {
  const text = JSON.stringify(frame('x'.repeat(3 * mebibyte), 'STOP'));
  const { url } = await webServer(t, (request, response) => {
    request.resume();
    response.setHeader('content-type', 'text/event-stream');
    response.write(`data: ${JSON.stringify(frame('Hello'))}\n\n`);
    for (let at = 0; at < text.length; at += 30_000) response.write(`${at === 0 ? 'data: ' : ''}${text.slice(at, at + 30_000)}`);
    response.end('\n\n');
  });
  for (const [most, error] of [[mebibyte, { tag: 'Busy' }], [20 * mebibyte, null]] as const) {
    const memory = counting(most);
    const opened = await clientOf(t, url).openGemini(call({ holding: { memory, isCollected: () => false } }))();
    if (E.isLeft(opened)) return t.fail(opened.left.tag);
    const read = async (): Promise<null> => {
      for await (const _ of opened.right) await opened.right.pour?.(() => true);
      return null;
    };
    t.match(await read().catch(caught), error);
    t.ok(error !== null || memory.peak() >= 5 * 2 * mebibyte, `${memory.peak()} at most`);
  }
});

t.test('the head of a stream is held until something goes out', async (t) => {
  const emulator = await startedEmulator(t);
  emulator.answerWith(Array.from({ length: 40 }, (_, at) => frame('x'.repeat(200_000), at === 39 ? 'STOP' : undefined)));
  const memory = counting();
  const state = { isHead: true };
  const opened = await clientOf(t, emulator.url).openGemini(call({ holding: { memory, isCollected: () => state.isHead } }))();
  if (E.isLeft(opened)) return t.fail(opened.left.tag);
  let count = 0;
  for await (const batch of opened.right) {
    count += batch.length;
    if (count < 20 || !state.isHead) continue;
    t.ok(memory.held() >= 5 * 19 * 200_000, 'all that came is held');
    state.isHead = false;
  }
  t.ok(memory.held() < 5 * mebibyte, 'and then let go');
});

/** Read as it comes, or collected before anybody reads it. */
const ways = [['read as it comes', false], ['collected', true]] as const;

for (const [way, isCollected] of ways) {
  t.test(`an answer for which there is no memory ends at once, and is nobody's fault: ${way}`, async (t) => {
    const emulator = await startedEmulator(t);
    emulator.answerWith(Array.from({ length: 40 }, () => frame('x'.repeat(200_000))));
    const holding = { memory: counting(4 * mebibyte), isCollected: () => true };
    const outcome = await outcomeOf(clientOf(t, emulator.url), call({ holding, isCollected }));
    t.match(outcome.error, { tag: 'Busy' });
    t.ok(outcome.frames.length < 10);
  });

  t.test(`a whole answer has an end: 64 MiB, ${way}`, { timeout: 60_000 }, async (t) => {
    const text = JSON.stringify(frame('x'.repeat(mebibyte)));
    const { url } = await webServer(t, (request, response) => {
      request.resume();
      response.setHeader('content-type', 'text/event-stream');
      const more = (): void => {
        while (response.write(`data: ${text}\n\n`));
      };
      response.on('drain', more);
      more();
    });
    const holding = { memory: counting(), isCollected: () => true };
    const outcome = await outcomeOf(clientOf(t, url), call({ holding, isCollected }));
    t.match(outcome.error, { tag: 'BadAnswer', reason: 'an answer of more than 64 MiB', isLasting: true });
    t.equal(outcome.frames.length, isCollected ? 0 : 63);
  });
}

t.test('an answer in one-byte pieces holds little more than one in large ones', (t) => {
  const json = JSON.stringify({ text: 'ä'.repeat(20_000) });
  const bodies = [`data: ${json}\r\n\r\n`, `[${json}]`, json];
  for (const body of bodies) {
    const { feed, end } = bodySplitter();
    const given = [...Buffer.from(body)].flatMap((byte) => feed(Buffer.from([byte])));
    const last = end();
    const seen = [...given, ...('long' in last ? [Buffer.concat(last.long).toString()] : last)];
    t.ok(seen.length === 1 && seen[0] === json, body.slice(0, 6));
  }
  t.end();
});

t.test('all calls of a request share what they have in common, and each says its own', async (t) => {
  for (const size of ['small', 'large'] as const) {
    const body: GenerateContentRequest = { contents: [{ role: 'user', parts: [{ text: 'x'.repeat(300_000) }] }], generationConfig: { seed: 1 } };
    const encoder = bodyEncoder();
    const encode = async (asked: GenerateContentRequest) => (size === 'small' ? encoder.small(asked) : ((await encoder.large(asked)) ?? ''));
    const encoded = await Promise.all([body, { ...body, generationConfig: { seed: 2 } }, { ...body, generationConfig: undefined }, { ...body, continuationToken: 't' }].map((one) => encode(one)));
    const written = encoded.map((one) => (typeof one === 'string' ? one : Buffer.concat(one).toString()));
    t.same(written.map((one) => JSON.parse(one)), [body, { ...body, generationConfig: { seed: 2 } }, { contents: body.contents }, { ...body, continuationToken: 't' }]);
    t.equal(new Set(encoded.map((one) => (typeof one === 'string' ? '' : one[0]))).size, 1, 'encoded once');
    const other = await encode({ ...body, contents: [{ role: 'user', parts: [{ text: 'short' }] }] });
    t.equal(typeof other === 'string' ? other : Buffer.concat(other).toString(), '{"contents":[{"role":"user","parts":[{"text":"short"}]}],"generationConfig":{"seed":1}}');
  }
});

t.test('a long body arrives as it is, with its length', async (t) => {
  const emulator = await startedEmulator(t, { checks: false });
  const contents = [{ role: 'user' as const, parts: [{ text: `${'grün '.repeat(200_000)}end` }] }];
  const outcome = await outcomeOf(clientOf(t, emulator.url), call({ body: (await bodyEncoder().large({ contents })) ?? '' }));
  t.equal(outcome.error, null);
  const [seen] = asked(emulator);
  t.same(seen?.body, { contents });
  t.equal(seen?.headers['content-length'], String(Buffer.byteLength(JSON.stringify({ contents }))));
});
