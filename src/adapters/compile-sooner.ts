import { setFlagsFromString } from 'node:v8';

/**
 * V8 up to Node 21: bytes of bytecode that a function runs through before it is looked at again, and of what it calls
 * that are compiled into it.
 */
const byBudget = ['--interrupt-budget=30000', '--max-inlined-bytecode-size-cumulative=200'];

/** V8 from Node 22 on: calls of a function, and since something new was seen in it. */
const byCalls = ['--invocation-count-for-turbofan=1200', '--minimum-invocations-after-ic-update=200'];

/** By the first number of V8's version. A V8 that doesn't know a flag says so on stderr, so others are left alone. */
const flagsByVersion: ReadonlyMap<string, readonly string[]> = new Map([
  ['11', byBudget],
  ['12', byCalls],
  ['13', byCalls],
  ['14', byCalls],
]);

/** V8's flags that `compileSooner` sets for this version of it, such as `11.3.244.8-node.33`. */
export const compilerFlags = (version: string): readonly string[] =>
  flagsByVersion.get(version.split('.')[0] ?? '') ?? [];

/**
 * Has V8 compile what runs often after half as many calls as by itself. A request goes through hundreds of short
 * functions, so most of what a young process costs is code that is not compiled yet. To be called once the service has
 * started: to compile what a start runs often takes 5 MB, and nothing is won by it.
 */
export const compileSooner = (version: string): void => {
  for (const flag of compilerFlags(version)) setFlagsFromString(flag);
};
