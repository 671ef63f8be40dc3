import { createHash, randomBytes } from 'node:crypto';
import { perText } from '../../kernel/remember.ts';
import { addressGroup } from './address-group.ts';

const salt = randomBytes(16);

/**
 * Whom an address counts as in what is kept: the same as in the limits. It is a hash whose salt goes with the process,
 * so that nothing on disk tells an address; after a restart a caller counts anew, beside what is there of it.
 */
export const callerMark = perText((address: string): string =>
  createHash('sha256').update(salt).update(addressGroup(address)).digest('base64url').slice(0, 12),
);
