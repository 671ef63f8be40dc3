import { breathe } from './breathe.ts';

/** Work in steps of a few milliseconds at most: who runs it says whether the event loop breathes in between. */
export type Steps<A> = Generator<void, A, undefined>;

/** Runs all steps in one go. */
export const runAtOnce = <A>(steps: Steps<A>): A => {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
};

/** Runs each step in a go of its own. */
export const runApart = async <A>(steps: Steps<A>): Promise<A> => {
  let step = steps.next();
  while (step.done !== true) {
    await breathe();
    step = steps.next();
  }
  return step.value;
};

/** Runs steps in one go, or apart where there is much to do. */
export const runSteps = <A>(steps: Steps<A>, isLarge: boolean): A | Promise<A> =>
  isLarge ? runApart(steps) : runAtOnce(steps);
