import { createRequire } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import type * as Undici from 'undici';
import { finishPaused } from './finish-paused.ts';

/**
 * undici reads answers by WebAssembly, one large function of it. V8 would compile that at once, and once more for speed
 * after the second answer, on a thread that keeps the 10 MB which this takes; a start would cost 70 ms of CPU more. So
 * it is compiled when it is called, and for speed after a few dozen answers.
 */
const compileLater = (): void => {
  setFlagsFromString('--wasm-lazy-compilation');
  setFlagsFromString('--wasm-tiering-budget=100000000');
};

/**
 * Its parser's memory grows when 64 KiB of an answer first come at once, which takes a buffer away from its owner. V8
 * compiles for the case that this never happens, and then throws a hundred functions away at once. So one is taken away
 * before anything is compiled.
 */
const takeBufferAway = (): void => {
  const taken = new ArrayBuffer(0);
  structuredClone(taken, { transfer: [taken] });
};

const require = createRequire(import.meta.url);

const finishAll = finishPaused(() => require('undici/lib/core/symbols.js').kParser);

const load = (name: string) => {
  compileLater();
  takeBufferAway();
  finishAll();
  return require(name);
};

/** undici's agent, from its own module: all of undici takes 80 ms more of a start, and 15 MB. */
export const loadAgent = (): typeof Undici.Agent => load('undici/lib/dispatcher/agent.js');

/** All of undici: for what few services need (proxies), or not at once (pictures that callers name). */
export const loadUndici = (): typeof Undici => load('undici');
