import t from 'tap';
import { readEmbedded } from '../../src/gemini/embeddings.ts';

const rows: readonly (readonly [why: string, json: string, read: ReturnType<typeof readEmbedded>])[] = [
  ['a vector and its tokens', '{"embeddings":[{"values":[0.5]}],"usageMetadata":{"promptTokenCount":3}}', { vectors: [[0.5]], tokens: 3 }],
  ['no count', '{"embeddings":[{"values":[0.5]}]}', { vectors: [[0.5]], tokens: null }],
  ['a count that no text has', '{"embeddings":[{"values":[0.5]}],"usageMetadata":{"promptTokenCount":1e999}}', { vectors: [[0.5]], tokens: null }],
  ['half a token', '{"embeddings":[{"values":[0.5]}],"usageMetadata":{"promptTokenCount":1.5}}', { vectors: [[0.5]], tokens: null }],
  ['a number that JSON cannot write again', '{"embeddings":[{"values":[1e999]}]}', null],
  ['an empty vector', '{"embeddings":[{"values":[]}]}', null],
  ['a vector too many', '{"embeddings":[{"values":[1]},{"values":[1]}]}', null],
  ['nothing', 'null', null],
];

t.test('half a vector beside a whole one: unreadable', async (t) => {
  t.equal(readEmbedded({ embeddings: [{ values: [1, 0] }, { values: [1] }] }, 2), null);
  t.match(readEmbedded({ embeddings: [{ values: [1, 0] }, { values: [0, 1] }] }, 2), { vectors: [[1, 0], [0, 1]] });
});

for (const [why, json, read] of rows) {
  t.test(`${why}: ${read === null ? 'unreadable' : 'read'}`, async (t) => {
    t.same(readEmbedded(JSON.parse(json), 1), read);
  });
}
