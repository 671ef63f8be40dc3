import { createRequire } from 'node:module';
import type * as Undici from 'undici';

const load = createRequire(import.meta.url);

/** undici's agent, from its own module: all of undici takes 80 ms more of a start, and 15 MB. */
export const loadAgent = (): typeof Undici.Agent => load('undici/lib/dispatcher/agent.js');

/** All of undici: for what few services need (proxies), or not at once (pictures that callers name). */
export const loadUndici = (): typeof Undici => load('undici');
