import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { geminiFrames } from '../../../src/adapters/gemini/gemini-frames.ts';
import { continuationToken, continuedCall, withoutEnd } from '../../../src/gemini/continuation.ts';
import type { Frame } from '../../../src/gemini/response.ts';
import { answer, call, callPart, choices, completion, deltas, frame, stop, streamed } from '../../support/chat.ts';
import { seeded, randomCuts } from '../../support/random.ts';

const usageOf = (frames: readonly Frame[]) => completion({}, frames).usage;
const chunksOf = (request: object, frames: readonly Frame[]) => streamed(request, frames).chunks;

t.test('frames without candidates are let by: usage alone, feedback alone, nothing', (t) => {
  const frames: readonly Frame[] = [{}, { usageMetadata: { promptTokenCount: 3 } }, { candidates: [] }, { promptFeedback: {} }, frame([{ text: 'x' }]), { candidates: [{}] }, frame([], stop)];
  t.match(answer({}, frames), { finish_reason: 'stop', message: { content: 'x' } });
  t.end();
});

t.test('a blocked prompt is a choice with content_filter, with or without ratings', (t) => {
  for (const blockReason of ['SAFETY', 'OTHER', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'IMAGE_SAFETY', 'NEW_ONE']) {
    t.match(choices({}, [{ promptFeedback: { blockReason } }]), [{ index: 0, finish_reason: 'content_filter', message: { content: null, refusal: new RegExp(blockReason) } }]);
  }
  t.match(answer({}, [{ promptFeedback: { blockReason: 'BLOCK_REASON_UNSPECIFIED' } }, frame([{ text: 'x' }], stop)]), { finish_reason: 'stop' });
  t.end();
});

t.test('a whole answer has what OpenRouter\'s SDK takes none without, whichever way it is written', (t) => {
  for (const frames of [[frame([{ text: 'a' }], stop)], [frame([{ text: 'a' }]), frame([callPart('f')], stop)]])
    t.type((completion({}, frames) as { readonly system_fingerprint?: unknown }).system_fingerprint, 'string');
  t.end();
});

t.test('usage is never summed, and no later frame takes a count away', (t) => {
  const frames: readonly Frame[] = [
    { ...frame([{ text: 'a' }]), usageMetadata: { promptTokenCount: 10, cachedContentTokenCount: 8, candidatesTokenCount: 1 } },
    { ...frame([{ text: 'b' }]), usageMetadata: { promptTokenCount: 10, cachedContentTokenCount: 0, candidatesTokenCount: 2 } },
    { ...frame([], stop), usageMetadata: { promptTokenCount: 10 } },
  ];
  t.match(usageOf(frames), { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12, prompt_tokens_details: { cached_tokens: 8 } });
  t.end();
});

t.test('thoughts are part of completion_tokens', (t) => {
  t.match(usageOf([{ ...frame([{ text: 'a' }], stop), usageMetadata: { promptTokenCount: 41, candidatesTokenCount: 5, thoughtsTokenCount: 343, totalTokenCount: 389 } }]), {
    prompt_tokens: 41,
    completion_tokens: 348,
    total_tokens: 389,
    completion_tokens_details: { reasoning_tokens: 343 },
  });
  t.end();
});

t.test('what tools read is part of prompt_tokens', (t) => {
  t.match(usageOf([{ ...frame([{ text: 'a' }], stop), usageMetadata: { promptTokenCount: 10, toolUsePromptTokenCount: 90, candidatesTokenCount: 5, totalTokenCount: 105 } }]), {
    prompt_tokens: 100,
    completion_tokens: 5,
    total_tokens: 105,
  });
  t.end();
});

t.test('a count that Gemini leaves out is what the total has beyond the others', (t) => {
  const told = (usageMetadata: Frame['usageMetadata']) => usageOf([{ ...frame([{ text: 'a' }], stop), usageMetadata }]);
  t.match(told({ promptTokenCount: 5, totalTokenCount: 12 }), { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 });
  t.match(told({ promptTokenCount: 5, thoughtsTokenCount: 4, totalTokenCount: 12 }), { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12, completion_tokens_details: { reasoning_tokens: 4 } });
  t.match(told({ candidatesTokenCount: 7, totalTokenCount: 12 }), { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 });
  t.match(told({ promptTokenCount: 5, totalTokenCount: 4 }), { prompt_tokens: 5, completion_tokens: 0, total_tokens: 5 });
  t.match(told({ promptTokenCount: 5, candidatesTokenCount: 0, totalTokenCount: 12 }), { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 });
  t.end();
});

t.test('usage comes once, last, without choices, null before, and only when asked for', (t) => {
  const frames: readonly Frame[] = [{ ...frame([{ text: 'a' }]), usageMetadata: { promptTokenCount: 1 } }, { ...frame([{ text: 'b' }], stop), usageMetadata: { promptTokenCount: 1 } }];
  const asked = chunksOf({ stream: true, stream_options: { include_usage: true } }, frames);
  t.same(asked.slice(0, -1).map((chunk) => chunk.usage), asked.slice(0, -1).map(() => null));
  t.match(asked.at(-1), { choices: { length: 0 }, usage: { prompt_tokens: 1 } });
  const unasked = chunksOf({ stream: true }, frames);
  t.notOk(unasked.some((chunk) => Object.hasOwn(chunk, 'usage') || chunk.choices.length === 0));
  t.end();
});

t.test('every choice begins with its role and ends once', (t) => {
  const frames: readonly Frame[] = [{ candidates: [{ index: 1, content: { parts: [{ text: 'b' }] } }, { content: { parts: [{ text: 'a' }] } }] }, { candidates: [{ index: 0, ...stop }, { index: 1, ...stop }] }];
  for (const index of [0, 1]) {
    const mine = chunksOf({}, frames).flatMap((chunk) => chunk.choices.filter((choice) => choice.index === index));
    t.match(mine[0]?.delta, { role: 'assistant', content: '' });
    t.same(mine.map((choice) => choice.finish_reason).filter((reason) => reason !== null), ['stop']);
  }
  t.end();
});

t.test('several STOPs in one stream are one end, and what comes after the first is not lost', (t) => {
  const frames = [frame([{ text: 'one ' }], stop), frame([{ text: 'two' }], stop), frame([], stop)];
  t.match(answer({}, frames), { finish_reason: 'stop', message: { content: 'one two' } });
  t.equal(deltas({}, frames).filter((delta) => Object.keys(delta).length === 0).length, 1);
  t.end();
});

const collected = async (bytes: readonly Buffer[]): Promise<readonly Frame[]> => {
  const frames: Frame[] = [];
  async function* source(): AsyncGenerator<Buffer, void, undefined> {
    yield* bytes;
  }
  for await (const batch of geminiFrames(source(), 'm', { meter: null, failed: (cause) => cause, over: () => undefined })) frames.push(...batch);
  return frames;
};

const unicode = fc.string({ unit: 'grapheme', maxLength: 12 });

t.test('any cuts of the bytes give the same answer, whatever ends the lines', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(unicode, { minLength: 1, maxLength: 5 }), fc.constantFrom('\r\n', '\n', '\r'), fc.nat(), async (texts, end, seed) => {
      const frames = [...texts.map((text) => frame([{ text }])), frame([callPart('f', { texts })], stop)];
      const bytes = Buffer.from(frames.map((one) => `data: ${JSON.stringify(one)}${end}${end}`).join(''));
      const read = await collected(randomCuts(bytes, 7, seeded(seed)));
      return isDeepStrictEqual(read, JSON.parse(JSON.stringify(frames)));
    }),
    { numRuns: 150 },
  );
  t.pass('over 150 streams');
});

t.test('an answer that is to be continued says length, and can be gone on with', (t) => {
  const last = frame([{ text: 'half' }], { finishReason: 'CONTINUATION', continuationToken: 'dG9rZW4=' });
  t.equal(answer({}, [last]).finish_reason, 'length');
  t.equal(continuationToken(last), 'dG9rZW4=');
  t.equal(continuationToken(frame([{ text: 'x' }], stop)), null);
  const again = continuedCall(call({ model: 'gemini-4-argon' }), 'dG9rZW4=');
  t.match(again.body, { continuationToken: 'dG9rZW4=', contents: [{ role: 'user' }] });
  t.same(answer({}, [withoutEnd(last), frame([{ text: ' and half' }], stop)]).message.content, 'half and half');
  t.equal(answer({}, [withoutEnd(last), frame([], stop)]).finish_reason, 'stop');
  t.end();
});
