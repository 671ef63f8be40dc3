import t from 'tap';
import { appendItems, itemsOf } from '../../src/kernel/chain.ts';
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

t.test('a chain is as it was, whatever has grown from it', (t) => {
  const start = appendItems(appendItems(null, [1, 2]), []);
  const [one, other] = [appendItems(start, [3]), appendItems(start, [4, 5])];
  const known = itemsOf(one);
  t.same([start, appendItems(one, [6]), appendItems(one, [7]), other, appendItems(start, [8])].map(itemsOf), [[1, 2], [1, 2, 3, 6], [1, 2, 3, 7], [1, 2, 4, 5], [1, 2, 8]]);
  t.same([known, itemsOf(one), itemsOf(null)], [[1, 2, 3], [1, 2, 3], []]);
  t.end();
});
