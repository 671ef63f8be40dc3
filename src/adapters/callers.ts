import { createHash, timingSafeEqual } from 'node:crypto';
import { E } from '../kernel/fp.ts';
import type { Secret } from '../kernel/secret.ts';
import type { CheckCaller, Now } from '../ports/capabilities.ts';
import { addressGroup } from './address-group.ts';
import { recentMap } from './recent-map.ts';

/** Who is let in. */
export type CallersSettings = {
  readonly password: Secret;
  /** ALLOW_DEFAULT_PASSWORD: false lets the password `123` work from one's own network only. */
  readonly allowDefaultPassword: boolean;
};

/** What checking passwords needs beside them. */
export type CallersNeeds = {
  /** Milliseconds on a clock that never goes back. */
  readonly monotonic: Now;
  /** How many addresses with recent failures are remembered; 20,000 unless told. */
  readonly mostAddresses?: number;
};

const defaultPassword = '123';
const refillMs = 5000;
const guesses = 15;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

type Guesses = {
  /** Milliseconds until this address may guess again; 0 = now. */
  readonly waitMs: (address: string) => number;
  readonly fail: (address: string) => void;
};

/**
 * A bucket of 15 failures an address, one given back every 5 s. It is kept as the moment when it will be full again.
 */
const guessBuckets = ({ monotonic, mostAddresses = 20_000 }: CallersNeeds): Guesses => {
  const fullAt = recentMap<number>(mostAddresses);
  return {
    waitMs: (address) => {
      const at = fullAt.get(addressGroup(address));
      return at === undefined ? 0 : Math.max(0, at - monotonic() - (guesses - 1) * refillMs);
    },
    fail: (address) => {
      const group = addressGroup(address);
      fullAt.set(group, Math.max(fullAt.get(group) ?? 0, monotonic()) + refillMs);
    },
  };
};

/**
 * Lets in whoever knows the password. Hashes are compared, in constant time. An address (IPv6: its /64) that has
 * failed too often waits before anything is compared, even with the right password: else a 429 would tell a guesser
 * that this guess was wrong. A missing password costs no guess, and an empty one is missing. Whether the default
 * password is refused is only told to those who sent it.
 */
export const callers = ({ password, allowDefaultPassword }: CallersSettings, needs: CallersNeeds): CheckCaller => {
  const expected = digest(password.reveal());
  const isDefault = password.reveal() === defaultPassword;
  const buckets = guessBuckets(needs);

  return ({ address, credential, fromOwnNetwork }) => {
    const presented = credential?.reveal() ?? '';
    if (presented === '') return E.left({ tag: 'NoPassword' });
    const waitMs = buckets.waitMs(address);
    if (waitMs > 0) return E.left({ tag: 'TooManyGuesses', retryAfterSeconds: Math.ceil(waitMs / 1000) });
    if (!timingSafeEqual(digest(presented), expected)) {
      buckets.fail(address);
      return E.left({ tag: 'WrongPassword' });
    }
    if (isDefault && !allowDefaultPassword && !fromOwnNetwork) return E.left({ tag: 'DefaultPasswordRefused' });
    return E.right(undefined);
  };
};
