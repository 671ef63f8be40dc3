import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { E } from '../../src/kernel/fp.ts';
import { runAtOnce } from '../../src/kernel/steps.ts';
import { chatBounds, completionBounds, embeddingBounds, imageBounds, responsesBounds, speechBounds, transcriptionBounds } from '../../src/openai/field-bounds.ts';
import { messageBounds } from '../../src/anthropic/field-limits.ts';
import { messagesRequestInSteps } from '../../src/anthropic/messages/ask/request.ts';
import { withinBounds, type Bound } from '../../src/wire/bounds.ts';
import { chatDialect } from '../../src/openai/chat/dialect.ts';
import { decodeCompletionRequest } from '../../src/openai/completions/request.ts';
import { decodeEmbeddingRequest } from '../../src/openai/embeddings/request.ts';
import { decodeGeneration } from '../../src/openai/images/request.ts';
import { decodeResponseRequest } from '../../src/openai/responses/ask/request.ts';
import { decodeSpeechRequest } from '../../src/openai/speech/request.ts';
import { decodeTranscriptionRequest } from '../../src/openai/transcriptions/request.ts';
import { project } from '../support/recordings.ts';

const filling = ({ of }: Bound, size: number): unknown => {
  if (of === 'characters') return 'a'.repeat(size);
  return of === 'items' ? Array.from({ length: size }, () => 'a') : Object.fromEntries(Array.from({ length: size }, (_, at) => [`k${at}`, 1]));
};

/** A body that holds so much of it, and nothing else. */
const bodyWith = (bound: Bound, size: number): unknown =>
  bound.path.split('.').reduceRight<unknown>((inner, step) => (step === '*' ? [inner] : { [step]: inner }), filling(bound, size));

const placeOf = ({ path }: Bound): string => path.replaceAll('*', '0');

const { decode: decodeChat } = chatDialect({ systemPromptMode: 'instruction', historyImages: 'last', imageReplyFormat: 'markdown', modelAliases: new Map() });

const endpoints: readonly (readonly [string, readonly Bound[], (body: unknown) => E.Either<unknown, unknown>])[] = [
  ['chat', chatBounds, decodeChat],
  ['responses', responsesBounds, decodeResponseRequest],
  ['messages', messageBounds, (body) => runAtOnce(messagesRequestInSteps(body, () => ''))],
  ['pictures', imageBounds, decodeGeneration],
  ['completed texts', completionBounds, decodeCompletionRequest],
  ['vectors', embeddingBounds, decodeEmbeddingRequest],
  ['speech', speechBounds, decodeSpeechRequest],
  ['transcripts', transcriptionBounds, decodeTranscriptionRequest('transcribe')],
];

for (const [what, bounds, decode] of endpoints) {
  t.test(`${what}: each bound is met by a 400 that names the field and the bound`, async (t) => {
    for (const bound of bounds.filter(({ path, inAll }) => inAll !== true || !bounds.some((other) => other.path === path && other.inAll !== true))) {
      const refusal = { tag: 'InvalidRequest', param: placeOf(bound), code: 'invalid_value', message: new RegExp(`at most ${bound.most} `) };
      t.match(decode(bodyWith(bound, bound.most + 1)), E.left(refusal), bound.path);
      t.ok(E.isRight(withinBounds(bounds)(bodyWith(bound, bound.most))), `${bound.path} up to its bound`);
    }
  });
}

t.test('what stands in several places is counted together where the bound is one in all', async (t) => {
  const messages = Array.from({ length: 3 }, () => ({ content: Array.from({ length: 7000 }, () => 1) }));
  t.match(withinBounds(chatBounds)({ messages }), E.left({ param: 'messages.2.content', message: /at most 20000 items are taken in all/ }));
  t.ok(E.isRight(withinBounds(chatBounds)({ messages: messages.slice(1) })));
});

t.test('a request for vectors holds at most 300,000 tokens in all', async (t) => {
  const input = Array.from({ length: 37 }, () => Array.from({ length: 8192 }, () => 1));
  t.match(decodeEmbeddingRequest({ model: 'gemini-embedding-001', input }), E.left({ param: 'input.36', message: /at most 300000 items are taken in all/ }));
  t.ok(E.isRight(decodeEmbeddingRequest({ model: 'gemini-embedding-001', input: input.slice(1) })));
});

t.test("a request's answers hold at most 1000 pictures", async (t) => {
  const asked = (pictures: number) => ({ model: 'gemini-3.5-flash', messages: [{ role: 'assistant', content: '![](data:,)'.repeat(pictures) }, { role: 'user', content: 'a' }] });
  t.match(decodeChat(asked(1001)), E.left({ param: 'messages.0.content', message: /at most 1000 pictures/ }));
  t.ok(E.isRight(decodeChat(asked(1000))));
});

t.test('docs/reliability.md has a row for each bound', async (t) => {
  const rows = readFileSync(join(project, 'docs', 'reliability.md'), 'utf8').split('\n');
  for (const [what, bounds] of endpoints) {
    for (const { path, most, of } of bounds) t.ok(rows.some((row) => row.includes(`| \`${path}\` |`) && row.includes(` ${most.toLocaleString('en')} ${of}`)), `${what}: ${path}`);
  }
});
