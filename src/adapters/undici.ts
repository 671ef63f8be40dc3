import { createRequire } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import type * as Undici from 'undici';

/**
 * undici reads answers by WebAssembly, one large function of it. V8 would compile that at once, and once more for speed
 * after the second answer, on a thread that keeps the 10 MB which this takes; a start would cost 70 ms of CPU more. So
 * it is compiled when it is called, and for speed after a few dozen answers.
 */
const compileLater = (): void => {
  setFlagsFromString('--wasm-lazy-compilation');
  setFlagsFromString('--wasm-tiering-budget=100000000');
};

const require = createRequire(import.meta.url);

const load = (name: string) => {
  compileLater();
  return require(name);
};

/** undici's agent, from its own module: all of undici takes 80 ms more of a start, and 15 MB. */
export const loadAgent = (): typeof Undici.Agent => load('undici/lib/dispatcher/agent.js');

/** All of undici: for what few services need (proxies), or not at once (pictures that callers name). */
export const loadUndici = (): typeof Undici => load('undici');
