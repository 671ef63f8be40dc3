import { createHash, timingSafeEqual } from 'node:crypto';
import { E } from '../../kernel/fp.ts';
import type { Secret } from '../../kernel/secret.ts';
import type { Caller, CheckCaller } from '../../ports/capabilities.ts';
import { guessBuckets, type GuessNeeds } from './guess-buckets.ts';

/** Who is let in. */
export type PasswordSettings = {
  readonly password: Secret;
  /** ALLOW_DEFAULT_PASSWORD: false lets the password `123` work from one's own network only. */
  readonly allowDefaultPassword: boolean;
  /** Where a platform's front passes on what the internet sends, nobody is in one's own network. */
  readonly onHostingPlatform?: boolean;
};

const defaultPassword = '123';

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Lets in whoever knows the password, always: hashes are compared first, in constant time, and only who fails is
 * counted (`guessBuckets`). So nobody who guesses keeps the owner out, even from the same address; what keeps a guesser
 * out is the length of the password. A missing password costs no guess, and an empty one is missing. Whether the
 * default password is refused is only told to those who sent it.
 */
export const passwordCheck = (
  { password, allowDefaultPassword, onHostingPlatform = false }: PasswordSettings,
  needs: GuessNeeds,
): CheckCaller => {
  const expected = hashOf(password.reveal());
  const isRefusedOutside = password.reveal() === defaultPassword && !allowDefaultPassword;
  const failed = guessBuckets(needs);
  const isOutside = ({ isFromOwnNetwork }: Pick<Caller, 'isFromOwnNetwork'>): boolean =>
    onHostingPlatform || !isFromOwnNetwork();

  const isRight = (presented: Secret | null): boolean => timingSafeEqual(hashOf(presented?.reveal() ?? ''), expected);

  return (caller) => {
    const { credential, otherCredentials } = caller;
    if ((credential?.reveal() ?? '') === '') return E.left({ tag: 'NoPassword' });
    if (!isRight(credential) && otherCredentials?.().some(isRight) !== true) {
      const waitMs = failed(caller.address);
      return E.left(
        waitMs > 0 ? { tag: 'TooManyGuesses', retryAfterSeconds: Math.ceil(waitMs / 1000) } : { tag: 'WrongPassword' },
      );
    }
    if (isRefusedOutside && isOutside(caller)) return E.left({ tag: 'DefaultPasswordRefused' });
    return E.right(undefined);
  };
};
