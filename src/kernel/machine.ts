import type { ProxyError } from './proxy-error.ts';

/**
 * A pure stream translator: each input gives a next state and some outputs, and the end of the input gives the last
 * outputs. States are values: a step never changes the state that it was given. `fail` is the end that comes instead
 * where something failed: the machine knows what has gone out, with which ids and numbers. F is for machines whose
 * failures are no outputs like the others.
 */
export type Machine<S, A, B, F = B> = {
  readonly start: S;
  readonly step: (state: S, input: A) => readonly [S, readonly B[]];
  readonly end: (state: S) => readonly B[];
  readonly fail: (state: S, error: ProxyError) => readonly F[];
};
