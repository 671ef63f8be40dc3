import type { FindThings } from '../ports/capabilities.ts';
import type { Looking } from '../pipeline/pass/find-home.ts';

/** `findThings`, loaded by the first request that names what nobody knows. */
export const findThingsLater =
  (needs: Looking): FindThings =>
  async (names, asking) =>
    (await import('../pipeline/pass/find-home.ts')).findThings(needs)(names, asking);
