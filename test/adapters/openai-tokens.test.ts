import fc from 'fast-check';
import { Tiktoken } from 'js-tiktoken/lite';
import ranks from 'js-tiktoken/ranks/cl100k_base';
import t from 'tap';
import { E } from '../../src/kernel/fp.ts';
import { openaiTokens } from '../../src/adapters/openai-tokens.ts';

const encoding = new Tiktoken(ranks);
const decode = openaiTokens();

t.test('every token of cl100k_base becomes what it stands for, special ones too', async (t) => {
  const ordinary = ranks.bpe_ranks.split('\n').flatMap((line) => line.split(' ').slice(2)).map((bytes, number) => [Buffer.from(bytes, 'base64').toString(), number] as const);
  const wrong: number[] = [];
  for (const [text, number] of [...ordinary, ...Object.entries(ranks.special_tokens)]) {
    const read = await decode([number])();
    if (E.isLeft(read) || read.right !== text) wrong.push(number);
  }
  t.same([ordinary.length, wrong], [100_256, []]);
});

t.test('law: what OpenAI makes tokens of comes back as it was, though its letters lie across tokens', async () => {
  const texts = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), fc.constantFrom('Hello world', '你好', '👩‍👩‍👧', '\uFEFFa'));
  await fc.assert(
    fc.asyncProperty(texts.filter((text) => text !== ''), async (text) => {
      const read = await decode(encoding.encode(text))();
      return E.isRight(read) && read.right === text;
    }),
  );
});

t.test('numbers that are no tokens are told, alone and among others', async (t) => {
  for (const number of [100_256, 100_261, 100_275, 100_277, 999_999_999, Number.MAX_SAFE_INTEGER]) {
    for (const tokens of [[number], [9906, number, 1917]]) {
      t.match(await decode(tokens)(), E.left({ tag: 'InvalidRequest', param: 'input' }), String(tokens));
    }
  }
});

t.test('many who ask at once share one table', async (t) => {
  const fresh = openaiTokens();
  const read = await Promise.all(Array.from({ length: 32 }, async () => fresh([57668, 53901])()));
  t.ok(read.every((one) => E.isRight(one) && one.right === '你好'));
});
