import type { Machine } from './machine.ts';

/** Two machines as one: all that the first makes of an input goes into the second as one batch. */
export const joinMachines = <S, T, A, M, B, F>(
  first: Machine<S, A, M, never>,
  second: Machine<T, readonly M[], B, F>,
): Machine<readonly [S, T], A, B, F> => ({
  start: [first.start, second.start],
  step: ([one, two], input) => {
    const [nextOne, between] = first.step(one, input);
    if (between.length === 0) return [[nextOne, two], []];
    const [nextTwo, outputs] = second.step(two, between);
    return [[nextOne, nextTwo], outputs];
  },
  end: ([one, two]) => {
    const between = first.end(one);
    if (between.length === 0) return second.end(two);
    const [last, outputs] = second.step(two, between);
    return [...outputs, ...second.end(last)];
  },
  fail: ([, two], error) => second.fail(two, error),
});

/** A machine that takes its inputs in batches, one after the other. */
export const takeBatches = <S, A, B, F>(machine: Machine<S, A, B, F>): Machine<S, readonly A[], B, F> => ({
  ...machine,
  step: (state, inputs) => {
    let known = state;
    const all: B[] = [];
    for (const input of inputs) {
      const [next, outputs] = machine.step(known, input);
      known = next;
      for (const output of outputs) all.push(output);
    }
    return [known, all];
  },
});
