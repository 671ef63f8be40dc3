import { paceWork } from './breathe.ts';

/**
 * A pure stream translator: each input gives a next state and some outputs, and the end of the input gives the last
 * outputs. States are values: a step never changes the state that it was given.
 */
export type Machine<S, A, B> = {
  readonly start: S;
  readonly step: (state: S, input: A) => readonly [S, readonly B[]];
  readonly end: (state: S) => readonly B[];
};

/** Outputs, or inputs without any, after which the event loop breathes: a few milliseconds' worth. */
const mostOutputs = 1000;

/** Runs a machine over a stream. Yields the outputs of one input together, so that they can leave in one write. */
export async function* runMachine<S, A, B>(
  machine: Machine<S, A, B>,
  inputs: AsyncIterable<A>,
): AsyncGenerator<readonly B[], void, undefined> {
  let state = machine.start;
  const pace = paceWork(mostOutputs);
  for await (const input of inputs) {
    const [next, outputs] = machine.step(state, input);
    state = next;
    if (outputs.length > 0) yield outputs;
    const rest = pace(outputs.length + 1);
    if (rest !== null) await rest;
  }
  const last = machine.end(state);
  if (last.length > 0) yield last;
}
