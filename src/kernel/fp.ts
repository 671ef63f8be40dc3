/**
 * The one door to fp-ts and io-ts. Both publish CommonJS: in ESM only the deep paths load, and `fp-ts/Either`
 * passes the type check but fails at run time (fp-ts#1966). A lint rule refuses these packages elsewhere. E and TE are
 * fp-ts's, with a few functions that cost less (`either.ts`, `task-either.ts`).
 */
export * as E from './either.ts';
export * as TE from './task-either.ts';
export { pipe, flow } from 'fp-ts/lib/function.js';
export * as t from 'io-ts';
