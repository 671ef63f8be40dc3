import OpenAI from 'openai';
import t, { type Test } from 'tap';
import { schemaCheck } from '../support/published-schemas.ts';
import { asked, madeUpKeys, pollux, type Pollux, type PolluxOptions } from '../support/pollux.ts';
import { skipWithoutRecordings } from '../support/recordings.ts';

const model = 'gemini-embedding-001';

const setup = async (t: Test, options: PolluxOptions = {}): Promise<Pollux & { readonly client: OpenAI }> => {
  const running = await pollux(t, options);
  return { ...running, client: new OpenAI({ apiKey: running.password, baseURL: `${running.url}/v1`, maxRetries: 0 }) };
};

const lengthOf = (vector: readonly number[]): number => Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));

t.test("the SDK's default (base64) and floats give the same vectors, of unit length, in order", async (t) => {
  const { client } = await setup(t);
  const input = ['one', 'two', 'three'];
  const packed = await client.embeddings.create({ model, input, dimensions: 64 });
  const plain = await client.embeddings.create({ model, input, dimensions: 64, encoding_format: 'float' });
  t.same(packed.data.map(({ index }) => index), [0, 1, 2]);
  for (const [at, { embedding }] of plain.data.entries()) {
    t.equal(embedding.length, 64);
    t.ok(Math.abs(lengthOf(embedding) - 1) < 1e-9);
    t.same([...(packed.data[at]?.embedding ?? [])], embedding.map(Math.fround));
  }
  t.equal(new Set(plain.data.map(({ embedding }) => embedding[0])).size, 3, 'each text has its own');
  t.same(plain.usage, { prompt_tokens: 9, total_tokens: 9 });
});

t.test('more than a hundred texts go in several calls and come back in order', async (t) => {
  const { client, emulator } = await setup(t, { keys: madeUpKeys });
  const input = Array.from({ length: 230 }, (_, at) => `text ${at}`);
  const { data } = await client.embeddings.create({ model, input, dimensions: 8, encoding_format: 'float' });
  t.equal(data.length, 230);
  t.equal(asked(emulator).length, 3);
  const [alone] = (await client.embeddings.create({ model, input: 'text 217', dimensions: 8, encoding_format: 'float' })).data;
  t.same(data[217]?.embedding, alone?.embedding);
});

t.test('token numbers, as LangChain sends them, mean their text', async (t) => {
  const { client } = await setup(t);
  const [tokens] = (await client.embeddings.create({ model, input: [[9906, 1917]], dimensions: 8 })).data;
  const [text] = (await client.embeddings.create({ model, input: 'Hello world', dimensions: 8 })).data;
  t.same(tokens?.embedding, text?.embedding);
});

t.test('a failing key costs nothing, a wrong request is told', async (t) => {
  const { client, emulator } = await setup(t, { keys: madeUpKeys });
  for (const key of madeUpKeys.slice(0, 2)) emulator.failKey(key, 'minute');
  t.equal((await client.embeddings.create({ model, input: 'a', dimensions: 8 })).data.length, 1);
  t.match(await client.embeddings.create({ model, input: '' }).catch(({ status }: { readonly status: number }) => status), 400);
  t.match(await client.embeddings.create({ model, input: 'a', dimensions: 5000 }).catch(({ status }: { readonly status: number }) => status), 400);
  t.match(await client.embeddings.create({ model: 'gemini-no-such-embedding', input: 'a' }).catch(({ status }: { readonly status: number }) => status), 404);
});

t.test("OpenAI's own names work, and embedding models are listed", async (t) => {
  const { client } = await setup(t);
  const { data, model: told } = await client.embeddings.create({ model: 'text-embedding-3-small', input: 'a', encoding_format: 'float' });
  t.equal(data[0]?.embedding.length, 1536);
  t.equal(told, 'text-embedding-3-small');
  const listed = await client.models.list();
  t.ok(listed.data.some(({ id }) => id === 'gemini-embedding-2'));
  t.notOk(listed.data.some(({ id }) => id.startsWith('gemini-embedding-2-')), 'without suffix names');
});

t.test("answers obey OpenAI's schema", { skip: skipWithoutRecordings() }, async (t) => {
  const { url, password } = await setup(t);
  const answer = await fetch(`${url}/v1/embeddings`, { method: 'POST', headers: { authorization: `Bearer ${password}`, 'content-type': 'application/json' }, body: JSON.stringify({ model, input: ['a', 'b'] }) });
  t.same(schemaCheck('openai.schema.json')('CreateEmbeddingResponse', await answer.json()), []);
});
