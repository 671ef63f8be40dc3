import t from 'tap';
import { loadGauge } from '../../src/adapters/load-gauge.ts';

t.test('it is quiet while requests come with one other at most', (t) => {
  const { noteAtWork, isQuiet } = loadGauge();
  t.equal(isQuiet(), true, 'before the first one');
  for (const [atWork, quiet] of [[1, true], [2, true], [3, false], [300, false], [1, true]] as const) {
    noteAtWork(atWork);
    t.equal(isQuiet(), quiet, `${atWork} at work`);
  }
  t.end();
});
