import t from 'tap';
import { E, TE } from '../../src/kernel/fp.ts';
import { caught } from '../../src/kernel/proxy-error.ts';
import type { GeminiCall } from '../../src/gemini/request.ts';
import type { Frame } from '../../src/gemini/response.ts';
import { followContinuations, type AnswerCall } from '../../src/pipeline/follow-continuations.ts';
import { framesOf } from '../support/capabilities.ts';

const call: GeminiCall = { model: 'gemini-4-argon', streamed: true, copies: 1, body: { contents: [{ role: 'user', parts: [{ text: 'long' }] }] } };

const frame = (text: string, usage: Frame['usageMetadata'], over: object = {}): Frame => ({
  candidates: [{ content: { parts: [{ text }] }, ...over }],
  ...(usage === undefined ? {} : { usageMetadata: usage }),
});
const broken = (text: string, token: string, tokens: number): Frame => ({
  ...frame(text, { promptTokenCount: 9, candidatesTokenCount: tokens, thoughtsTokenCount: 1 }, { finishReason: 'CONTINUATION', continuationToken: token }),
  keyId: `key of ${token}`,
});

const followed = async (answers: readonly (readonly Frame[] | 'fails')[], mayGoOn = () => true) => {
  const asked: (readonly [string | undefined, string | undefined])[] = [];
  const answer: AnswerCall = ({ body }, begunBy) => {
    const frames = answers[asked.length];
    asked.push([body.continuationToken, begunBy]);
    return frames === undefined || frames === 'fails' ? TE.left({ tag: 'StreamCut' }) : TE.right(framesOf(frames));
  };
  const begun = await followContinuations(answer, { mayGoOn })(call)();
  if (E.isLeft(begun)) throw new Error(begun.left.tag);
  const seen: Frame[] = [];
  const error = await (async () => {
    for await (const batch of begun.right) seen.push(...batch);
    return null;
  })().catch((cause: unknown) => caught(cause).tag);
  return { asked, seen, error };
};

t.test('an answer that goes on is asked on with its token, of the key that gave it, and comes as one', async (t) => {
  const { asked, seen, error } = await followed([
    [frame('a', { promptTokenCount: 9, candidatesTokenCount: 1 }), broken('b', 'one', 10)],
    [broken('c', 'two', 5)],
    [frame('d', undefined), frame('e', { promptTokenCount: 70, candidatesTokenCount: 2 }, { finishReason: 'STOP' })],
  ]);
  t.equal(error, null);
  t.same(asked, [[undefined, undefined], ['one', 'key of one'], ['two', 'key of two']]);
  t.equal(seen.map(({ candidates }) => candidates?.[0]?.content?.parts?.[0]?.text).join(''), 'abcde');
  t.same(seen.flatMap(({ candidates }) => candidates?.[0]?.finishReason ?? []), ['STOP'], 'it ends once');
  t.match(seen.at(-1)?.usageMetadata, { promptTokenCount: 9, candidatesTokenCount: 17, thoughtsTokenCount: 2, totalTokenCount: 28 });
  t.match(seen.at(-2)?.usageMetadata, { candidatesTokenCount: 15 }, 'usage never falls');
});

t.test('an answer that has taken too long ends where Gemini broke it off', async (t) => {
  const { asked, seen, error } = await followed([[broken('a', 'one', 1)], [broken('b', 'two', 1)]], () => false);
  t.same([asked.length, error, seen[0]?.candidates?.[0]?.finishReason], [1, null, 'CONTINUATION']);
});

t.test('an answer that ends is left as it is', async (t) => {
  const { asked, seen } = await followed([[frame('a', { promptTokenCount: 1 }, { finishReason: 'STOP' })]]);
  t.equal(asked.length, 1);
  t.same(seen, [frame('a', { promptTokenCount: 1 }, { finishReason: 'STOP' })]);
});

t.test('what can not be gone on with ends the stream with its error', async (t) => {
  const { seen, error } = await followed([[broken('a', 'one', 1)], 'fails']);
  t.equal(seen.length, 1);
  t.equal(error, 'StreamCut');
});

t.test('a model that never ends is asked at most 32 times', async (t) => {
  const { asked, seen } = await followed(Array.from({ length: 40 }, (_, at) => [broken('a', String(at), 1)]));
  t.equal(asked.length, 32);
  t.equal(seen.at(-1)?.candidates?.[0]?.finishReason, 'CONTINUATION', 'which is told as length');
});
