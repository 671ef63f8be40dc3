import { createHash } from 'node:crypto';
import type { Secret } from '../../kernel/secret.ts';
import type { Lease } from '../../ports/capabilities.ts';

/** A key of the pool. Keys of one `group` (a project, or the key alone) share their quota; health is each key's own. */
export type PoolKey = Lease & {
  readonly project: string | null;
  readonly group: string;
  /**
   * The group as a hash, which outlives a reorder: what belongs to the project is known by it. Callers see it in page
   * tokens, so one of the project's keys is hashed with its name: a number of twelve digits could be guessed.
   */
  readonly home: string;
};

/** A key as the settings give it; `project` is what stood behind `@`. */
export type GivenKey = { readonly secret: Secret; readonly project: string | null };

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

/** The first by the alphabet, whatever their order, of the keys of a project. */
const keyOf = (keys: readonly GivenKey[], project: string): string =>
  keys.reduce((first, { secret, project: other }) => {
    const text = secret.reveal();
    return other === project && (first === '' || text < first) ? text : first;
  }, '');

/** Numbers the keys from 1. A key's id is the first 12 hex digits of its SHA-256, the same wherever it stands. */
export const poolKeys = (keys: readonly GivenKey[]): readonly PoolKey[] =>
  keys.map(({ secret, project }, index) => {
    const id = hashOf(secret.reveal());
    const group = project === null ? `key ${id}` : `project ${project}`;
    const home = hashOf(project === null ? group : `${group} ${keyOf(keys, project)}`);
    return { number: index + 1, id, secret, project, group, home };
  });
