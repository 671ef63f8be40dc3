import t from 'tap';
import { citationsOf, noGrounding, withGrounding } from '../../src/gemini/answer/citations.ts';

t.test('20,000 passages of a text are cited, and no more are looked for', (t) => {
  const source = { web: { uri: 'https://example.org/', title: 'Example' } };
  const support = { segment: { startIndex: 0, endIndex: 3, text: 'All' }, groundingChunkIndices: [0] };
  const cited = (count: number): number => {
    const metadata = { groundingChunks: [source], groundingSupports: Array.from({ length: count }, () => support) };
    return citationsOf({ ...withGrounding(noGrounding, metadata), text: 'All is well.' }, 0).length;
  };
  t.same([1, 20_000, 20_001].map(cited), [1, 20_000, 20_000]);
  t.end();
});
