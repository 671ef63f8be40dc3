/** Lets an answer leave. What it is given runs at once, or when the event loop next ends a turn. */
export type Leave = (run: () => void) => void;

/** With so many at work next to nobody ends in the same turn. */
const mostAlone = 2;

/**
 * Lets answers that end in one turn of the event loop leave at its end, one write right behind the other. A write wakes
 * who waits for it, which takes the system some µs; those that follow at once find somebody awake, and the system's
 * own code in the caches. What else ends or goes on in that turn is waited for: no longer than any other event would
 * be. With next to nobody at work nothing waits. What is run must not throw.
 */
export const leaveTogether = (atWork: () => number): Leave => {
  let waiting: (() => void)[] = [];
  const leave = (): void => {
    const all = waiting;
    waiting = [];
    for (const run of all) run();
  };
  return (run) => {
    if (waiting.length === 0 && atWork() <= mostAlone) {
      run();
      return;
    }
    if (waiting.length === 0) setImmediate(leave);
    waiting.push(run);
  };
};
