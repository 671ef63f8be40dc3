import t from 'tap';
import { E } from '../../src/kernel/fp.ts';
import { openaiTokens } from '../../src/adapters/openai-tokens.ts';

t.test("OpenAI's tokens become text again", async (t) => {
  const decode = openaiTokens();
  t.same(await decode([9906, 1917])(), E.right('Hello world'));
  t.same(await decode([57668, 53901])(), E.right('你好'), 'letters of several tokens');
});

t.test('numbers that are no tokens are told', async (t) => {
  t.match(await openaiTokens()([999_999_999])(), E.left({ tag: 'InvalidRequest', param: 'input' }));
});
