import { performance } from 'node:perf_hooks';
import t, { type Test } from 'tap';
import { listsNotFilled } from '../support/stalls/full-lists.ts';
import { costsOfGrowth, stallsOfAnswers, stallsOfRequests, type Stall } from '../support/stalls/run-stalls.ts';

// Some hundred megabytes go through a service in a process of its own.
t.setTimeout(300_000);

/** What JSON.parse of 8 MB of small objects takes on the machine that the promise was measured on, ms. */
const usualMs = 60;

const parsingMs = (): number => {
  const text = JSON.stringify(Array.from({ length: 200_000 }, (_, at) => ({ text: 'All is well, and so on.', at })));
  const times = Array.from({ length: 3 }, () => {
    const began = performance.now();
    JSON.parse(text);
    return performance.now() - began;
  });
  return Math.min(...times);
};

/** A busy or slow machine may take this much longer; what grows with the square of its size takes ten times and more. */
const leniency = 4 * Math.max(1, parsingMs() / usualMs);

const told = ({ what, mebibytes, status, stallMs, mostMs }: Stall): string =>
  `${what} (${mebibytes.toFixed(1)} MiB, ${status}): ${stallMs.toFixed(0)} ms of ${mostMs.toFixed(0)}`;

const check = (t: Test, stalls: readonly Stall[]): void => {
  for (const stall of stalls) {
    t.notOk(stall.isOdd, `${stall.what}: ${stall.status} ${stall.isOdd ? stall.start : ''}`);
    t.ok(stall.stallMs <= stall.mostMs * leniency, told(stall));
  }
};

t.test('no request stalls the event loop, whatever it asks for and whether it is refused or not', async (t) => {
  check(t, await stallsOfRequests({ brief: true, leniency }));
});

t.test('each list that has a bound is filled to it', (t) => {
  t.same(listsNotFilled, []);
  t.end();
});

t.test('no answer of Gemini stalls the event loop, whatever it is made of', async (t) => {
  check(t, await stallsOfAnswers({ brief: true, leniency }));
});

/** What is three times as large may cost this much more than three times as much; what is quadratic costs three times that. */
const mostGrowth = 1.8;

t.test('cost grows as the request does, to 30 MB, 9,000 messages and 500 tools, at every door; that of a refusal too', async (t) => {
  for (const { what, statuses, isOdd, fromMs, toMs, growth } of await costsOfGrowth({ most: mostGrowth })) {
    t.notOk(isOdd, `${what}: ${statuses.join(', ')}`);
    t.ok(growth <= mostGrowth, `${what}: ${fromMs.toFixed(0)} ms, then ${toMs.toFixed(0)}, ${growth.toFixed(2)} times as much for its size`);
  }
});
