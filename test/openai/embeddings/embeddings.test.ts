import t from 'tap';
import { E, TE } from '../../../src/kernel/fp.ts';
import type { ProxyError } from '../../../src/kernel/proxy-error.ts';
import { readEmbedded } from '../../../src/gemini/embeddings.ts';
import { asBase64, normaliseVector } from '../../../src/openai/embeddings/answer.ts';
import { embeddingDialect } from '../../../src/openai/embeddings/dialect.ts';
import type { Questions } from '../../../src/ports/dialect.ts';

const dialect = embeddingDialect({ modelAliases: new Map([['mine', 'gemini-embedding-2']]) }, (tokens) => TE.right(`text of ${tokens.join(' ')}`));

const questions = async (body: object): Promise<E.Either<ProxyError, Questions>> => {
  const read = dialect.decode({ model: 'gemini-embedding-001', input: 'hi', ...body });
  return E.isLeft(read) ? read : dialect.translate(read.right, { media: new Map(), isLarge: false })();
};

const textsIn = async (body: object): Promise<unknown> => {
  const made = await questions(body);
  if (E.isLeft(made)) return made.left;
  return made.right.bodies.map((one) => (one as { readonly requests: readonly { readonly content: { readonly parts: readonly { readonly text: string }[] } }[] }).requests.map(({ content }) => content.parts.map(({ text }) => text)));
};

t.test('every form of input becomes one Content a text, in order', async (t) => {
  t.same(await textsIn({ input: 'one' }), [[['one']]]);
  t.same(await textsIn({ input: ['one', 'two'] }), [[['one'], ['two']]]);
  t.same(await textsIn({ input: [1, 2] }), [[['text of 1 2']]]);
  t.same(await textsIn({ input: [[1], [2, 3]] }), [[['text of 1'], ['text of 2 3']]]);
  const many = Array.from({ length: 250 }, (_, at) => `text ${at}`);
  const batches = (await textsIn({ input: many })) as readonly (readonly (readonly string[])[])[];
  t.same(batches.map((batch) => batch.length), [100, 100, 50]);
  t.same(batches.flat(2), many);
});

t.test('model, dimensions and task go along', async (t) => {
  const first = async (body: object) => E.map((made: Questions) => [made.model, made.bodies[0]])(await questions(body));
  const content = { parts: [{ text: 'hi' }] };
  t.same(await first({}), E.right(['gemini-embedding-001', { requests: [{ model: 'models/gemini-embedding-001', content }] }]));
  t.match(await first({ dimensions: 64, task_type: 'CLUSTERING' }), E.right([/./, { requests: [{ outputDimensionality: 64, taskType: 'CLUSTERING' }] }]));
  for (const name of ['outputDimensionality', 'output_dimensionality']) t.match(await first({ [name]: 64 }), E.right([/./, { requests: [{ outputDimensionality: 64 }] }]), name);
  t.match(await first({ dimensions: 32, outputDimensionality: 64 }), E.right([/./, { requests: [{ outputDimensionality: 32 }] }]));
  t.match(await first({ model: 'mine' }), E.right(['gemini-embedding-2', { requests: [{ model: 'models/gemini-embedding-2' }] }]));
  t.match(await first({ model: 'text-embedding-3-small' }), E.right(['gemini-embedding-001', { requests: [{ outputDimensionality: 1536 }] }]), "OpenAI's names keep their lengths");
  t.match(await first({ model: 'text-embedding-3-large', dimensions: 256 }), E.right([/./, { requests: [{ outputDimensionality: 256 }] }]));
});

t.test('the use of a vector is taken in neighbours\' words too', async (t) => {
  const taskOf = async (body: object): Promise<unknown> => {
    const made = await questions(body);
    return E.isLeft(made) ? made.left : (made.right.bodies[0] as { readonly requests: readonly { readonly taskType?: string }[] }).requests[0]?.taskType;
  };
  const table: readonly (readonly [object, string | undefined])[] = [
    [{ task_type: 'retrieval_query' }, 'RETRIEVAL_QUERY'],
    [{ taskType: 'CLUSTERING' }, 'CLUSTERING'],
    [{ input_type: 'search_document' }, 'RETRIEVAL_DOCUMENT'],
    [{ input_type: 'query' }, 'RETRIEVAL_QUERY'],
    [{ input_type: 'constructor' }, undefined],
    [{ input_type: 7, task_type: '' }, undefined],
  ];
  for (const [body, task] of table) t.equal(await taskOf(body), task, JSON.stringify(body));
});

t.test('what is wrong is named', async (t) => {
  const cases: readonly (readonly [string, object, string | null])[] = [
    ['no input', { input: null }, 'input'],
    ['an empty text', { input: '' }, 'input'],
    ['an empty text in a list', { input: ['a', ''] }, 'input.1'],
    ['an empty list', { input: [] }, 'input'],
    ['mixed kinds', { input: ['a', 1] }, 'input.1'],
    ['an object', { input: {} }, 'input'],
    ['negative tokens', { input: [[1], [-1]] }, 'input.1'],
    ['too many', { input: Array.from({ length: 2049 }, () => 'a') }, 'input'],
    ['no dimensions', { dimensions: 0 }, 'dimensions'],
    ['an unknown encoding', { encoding_format: 'hex' }, 'encoding_format'],
  ];
  for (const [name, body, param] of cases) t.match(await questions(body), E.left({ tag: 'InvalidRequest', param }), name);
  t.match(await questions({ model: '../x' }), E.left({ tag: 'ModelNotFound' }));
});

t.test('vectors have unit length and come as asked', async (t) => {
  const made = await questions({ input: ['a', 'b'], encoding_format: 'base64' });
  if (E.isLeft(made)) return t.fail(made.left.tag);
  const replyTo = async (answer: unknown) => {
    const answers = made.right.answers();
    t.same(answers.read(answer, 0), E.right(undefined));
    return JSON.parse(String((await answers.end()).body));
  };
  const { data, usage } = await replyTo({ embeddings: [{ values: [3, 4] }, { values: [0, 0] }] });
  const floats = (text: string) => [...new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer)];
  t.same(data.map((one: { embedding: string; index: number }) => [one.index, floats(one.embedding).map((value) => Math.fround(value))]), [[0, [Math.fround(0.6), Math.fround(0.8)]], [1, [0, 0]]]);
  t.same(usage, { prompt_tokens: 2, total_tokens: 2 }, 'estimated where Google counts nothing');
  t.same((await replyTo({ embeddings: [{ values: [1] }, { values: [1] }], usageMetadata: { promptTokenCount: 7 } })).usage, { prompt_tokens: 7, total_tokens: 7 });
  t.same(normaliseVector([0, 5]), [0, 1]);
  t.equal(asBase64([1]), Buffer.from(new Uint8Array(new Float32Array([1]).buffer)).toString('base64'));
});

t.test('an answer that does not fit its texts is none', (t) => {
  t.same(readEmbedded({ embeddings: [{ values: [1] }] }, 1), { vectors: [[1]], tokens: null });
  t.same(readEmbedded({ embeddings: [{ values: [1] }], usageMetadata: { promptTokenCount: 4 } }, 1), { vectors: [[1]], tokens: 4 });
  for (const value of [null, {}, [], { embeddings: [] }, { embeddings: [{ values: [] }] }, { embeddings: [{ values: ['1'] }] }, { embeddings: [{ values: [1] }, { values: [2] }] }]) {
    t.equal(readEmbedded(value, 1), null, JSON.stringify(value));
  }
  t.end();
});

t.test('what is no batch of vectors is a block or unreadable, never half an answer', async (t) => {
  const made = await questions({ input: ['a', 'b'] });
  if (E.isLeft(made)) return t.fail(made.left.tag);
  const { read } = made.right.answers();
  t.match(read({ embeddings: [{ values: [1, 0] }, { values: [0, 1] }] }, 0), { _tag: 'Right' });
  t.match(read({ embeddings: [{ values: [1, 0] }, { values: [1] }] }, 0), E.left({ tag: 'BadAnswer' }));
  t.match(read({ embeddings: [{ values: [1, 0] }] }, 0), E.left({ tag: 'BadAnswer' }));
  t.match(read({ promptFeedback: { blockReason: 'SAFETY' } }, 0), E.left({ tag: 'Blocked', what: 'prompt', reason: 'SAFETY' }));
});
