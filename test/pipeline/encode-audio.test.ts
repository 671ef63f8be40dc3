import t from 'tap';
import { E, TE } from '../../src/kernel/fp.ts';
import { thrown, type ProxyError } from '../../src/kernel/proxy-error.ts';
import type { Frame } from '../../src/gemini/response.ts';
import { speechDialect } from '../../src/openai/speech/dialect.ts';
import { serve } from '../../src/pipeline/serve.ts';
import type { AudioEncoder, EncodedFormat, Encoding } from '../../src/ports/audio.ts';
import type { Capabilities } from '../../src/ports/capabilities.ts';
import type { Reply } from '../../src/ports/reply.ts';
import type { Portion } from '../../src/ports/memory.ts';
import { framesOf, freely, happyCapabilities, receivedWith, shouldNotBeCalled, textFrame } from '../support/capabilities.ts';
import { wav } from '../support/gemini-emulator/canned-media.ts';

const dialect = speechDialect({ modelAliases: new Map() });
const base = { model: 'gemini-3.8-flash-tts', input: 'Hi', voice: 'alloy' };

const spoken = (mimeType: string, bytes: Uint8Array): Frame => ({
  candidates: [{ content: { parts: [{ inlineData: { mimeType, data: Buffer.from(bytes).toString('base64') } }] } }],
});
const l16 = (text: string): Frame => spoken('audio/L16;codec=pcm;rate=16000', Buffer.from(text));
const last: Frame = { candidates: [{ finishReason: 'STOP' }], usageMetadata: { promptTokenCount: 2, candidatesTokenCount: 5 } };

/** Puts each piece into brackets, and remembers what it was asked for. */
const bracketing = (formats: readonly EncodedFormat[] = ['mp3', 'pcm']) => {
  const wishes: (Encoding & { readonly rate: number })[] = [];
  const encoder: AudioEncoder = {
    formats: new Set(formats),
    makes: ({ format }) => formats.includes(format),
    encode: async function* ({ samples, rate }, { format, speed }) {
      wishes.push({ format, speed, rate });
      for await (const piece of samples) yield Buffer.from(`(${Buffer.from(piece).toString()})`);
    },
  };
  return { wishes, findEncoder: () => Promise.resolve(encoder) };
};

const run = async (over: Partial<Capabilities>, body: object): Promise<E.Either<ProxyError, Reply>> =>
  serve({ ...happyCapabilities, ...over }, dialect, { keepAliveMs: 0 })(receivedWith({ ...base, ...body }))();

const answering = (...frames: readonly (Frame | ProxyError)[]): Partial<Capabilities> => ({ openGemini: () => TE.right(framesOf(frames)) });

const wholeOf = (reply: E.Either<ProxyError, Reply>): unknown =>
  E.isRight(reply) && reply.right.kind === 'whole' ? [reply.right.headers['content-type'], Buffer.from(reply.right.body).toString('latin1')] : reply;

const streamOf = async (reply: E.Either<ProxyError, Reply>): Promise<readonly { readonly type?: string; readonly audio?: string; readonly error?: unknown }[]> => {
  if (E.isLeft(reply) || reply.right.kind !== 'streamed') throw new Error('no stream');
  let text = '';
  for await (const piece of reply.right.tail) text += String(piece);
  return text.split('\n\n').filter((one) => one !== '').map((one) => JSON.parse(one.slice(6)));
};

t.test('encoded sound of a whole answer is reserved before it is held, that of a stream is not held', async (t) => {
  const { findEncoder } = bracketing();
  const taken: number[] = [];
  const answer: Portion = {
    ...freely,
    take: (bytes) => {
      taken.push(bytes);
      return taken.length > 1 ? { tag: 'Busy', message: 'full' } : null;
    },
  };
  const ask = (body: object) =>
    serve({ ...happyCapabilities, findEncoder, ...answering(l16('one'), l16('two'), last) }, dialect, { keepAliveMs: 0 })(receivedWith({ ...base, ...body }, { held: { request: freely, answer } }))();
  t.match(await ask({}), E.left({ tag: 'Busy' }));
  t.same(taken, [15, 15]);
  t.equal((await streamOf(await ask({ stream_format: 'sse', response_format: 'mp3' }))).length, 3);
  t.equal(taken.length, 2);
});

t.test('sound is encoded as asked, whole and streamed, with the rate that Gemini tells', async (t) => {
  const { wishes, findEncoder } = bracketing();
  const over = { findEncoder, ...answering(l16('one'), l16('two'), last) };
  t.same(wholeOf(await run(over, {})), ['audio/mpeg', '(one)(two)']);
  const told = await streamOf(await run(over, { stream_format: 'sse', response_format: 'mp3', speed: 2 }));
  t.same(told.map(({ audio = '' }) => Buffer.from(audio, 'base64').toString()), ['(one)', '(two)', '']);
  t.match(told.at(-1), { type: 'speech.audio.done', usage: { input_tokens: 2, output_tokens: 5, total_tokens: 7 } });
  t.same(wishes, [{ format: 'mp3', speed: 1, rate: 16_000 }, { format: 'mp3', speed: 2, rate: 16_000 }]);
});

t.test('a WAV file goes to the encoder without its head', async (t) => {
  const { wishes, findEncoder } = bracketing();
  t.same(wholeOf(await run({ findEncoder, ...answering(spoken('audio/wav', wav(Buffer.from('samples!'))), last) }, {})), ['audio/mpeg', '(samples!)']);
  t.match(wishes, [{ rate: 24_000 }]);
});

t.test('another speed of WAV and PCM takes the encoder too, and WAV gets its head after it', async (t) => {
  const { findEncoder } = bracketing();
  const over = { findEncoder, ...answering(l16('12'), last) };
  t.same(wholeOf(await run(over, { response_format: 'pcm', speed: 1.5 })), ['audio/pcm', '(12)']);
  const [type, body] = wholeOf(await run(over, { response_format: 'wav', speed: 1.5 })) as readonly [string, string];
  t.same([type, body.slice(0, 4), body.slice(44), Buffer.from(body, 'latin1').readUInt32LE(24)], ['audio/wav', 'RIFF', '(12)', 16_000]);
});

t.test('the encoder is not looked for where sound goes out as it comes', async (t) => {
  const over = { findEncoder: shouldNotBeCalled, ...answering(l16('one'), last) };
  t.same(wholeOf(await run(over, { response_format: 'pcm' })), ['audio/pcm', 'one']);
});

t.test('what cannot be encoded is told before Gemini is asked', async (t) => {
  const over = { openGemini: shouldNotBeCalled };
  t.match(await run(over, { response_format: 'mp3' }), E.left({ tag: 'InvalidRequest', param: 'response_format' }));
  t.match(await run(over, { response_format: 'opus', stream_format: 'sse' }), E.left({ param: 'response_format' }));
  t.match(await run(over, { speed: 2 }), E.left({ param: 'speed' }));
  t.match(await run({ ...over, ...bracketing(['opus', 'pcm']) }, { response_format: 'mp3' }), E.left({ message: /wav, pcm, opus/ }));
});

t.test('who asked for no format gets WAV where nothing encodes', async (t) => {
  const [type, body] = wholeOf(await run(answering(l16('one!'), last), {})) as readonly [string, string];
  t.same([type, body.slice(0, 4), body.slice(44)], ['audio/wav', 'RIFF', 'one!']);
});

t.test('faults of Gemini and of the encoder arrive as they are', async (t) => {
  const { findEncoder } = bracketing();
  t.match(await run({ findEncoder, ...answering(textFrame('I would rather not.', 'STOP')) }, {}), E.left({ tag: 'BadAnswer', reason: 'no sound in it' }));
  t.match(await run({ findEncoder, ...answering(spoken('audio/midi', Buffer.from('x')), last) }, {}), E.left({ tag: 'BadAnswer', reason: 'sound of an unknown kind' }));
  t.match(await run({ findEncoder, ...answering({ candidates: [{ finishReason: 'SAFETY' }] }) }, {}), E.left({ tag: 'Blocked', reason: 'SAFETY' }));
  const told = await streamOf(await run({ findEncoder, ...answering(l16('one'), { tag: 'StreamCut' }) }, { stream_format: 'sse' }));
  t.match(told, [{ type: 'speech.audio.delta' }, { error: { code: 'stream_cut' } }]);
  const broken: AudioEncoder = {
    formats: new Set(['mp3']),
    makes: () => true,
    encode: async function* () {
      yield Buffer.from('half');
      throw thrown({ tag: 'Defect', cause: new Error('ffmpeg ended') });
    },
  };
  t.match(await run({ findEncoder: () => Promise.resolve(broken), ...answering(l16('one'), last) }, {}), E.left({ tag: 'Defect' }));
});

t.test('who stops listening ends the encoder and the answer', async (t) => {
  const ended: string[] = [];
  const encoder: AudioEncoder = {
    formats: new Set(['mp3']),
    makes: () => true,
    encode: async function* ({ samples }) {
      try {
        for await (const piece of samples) yield piece;
      } finally {
        ended.push('encoder');
      }
    },
  };
  const openGemini: Capabilities['openGemini'] = () =>
    TE.right(
      (async function* () {
        try {
          for (;;) yield [l16('more')];
        } finally {
          ended.push('answer');
        }
      })(),
    );
  const reply = await run({ findEncoder: () => Promise.resolve(encoder), openGemini }, { stream_format: 'sse' });
  if (E.isLeft(reply) || reply.right.kind !== 'streamed') return t.fail(E.isLeft(reply) ? reply.left.tag : 'whole');
  await reply.right.tail.next();
  await reply.right.tail.return();
  await new Promise((resolve) => setImmediate(resolve));
  t.same(ended.toSorted(), ['answer', 'encoder']);
});
