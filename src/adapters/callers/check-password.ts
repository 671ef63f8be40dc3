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

/** Passwords of so many bytes are compared as they are: all of the room is looked through, and 1 KB takes 0.3 µs. */
const mostCompared = 124;

/** For a length, the longest password, and one letter more, so that a longer text is never taken for it. */
const newRoom = (): Buffer => Buffer.alloc(4 + mostCompared + 4);

/** A room of one size for whatever text: so much of it as has place, and how many bytes that is. */
const fillRoom = (room: Buffer, text: string): Buffer => {
  room.fill(0);
  room.writeUInt32LE(room.write(text, 4));
  return room;
};

/**
 * Compares with the password in a time that tells nothing of it, its length included: both lie in rooms of one size
 * (0.3 µs, where to hash what was sent takes 1.5). Of a password that has no place there hashes are compared.
 */
const passwordComparer = (password: string): ((presented: string) => boolean) => {
  if (Buffer.byteLength(password) > mostCompared) {
    const expected = hashOf(password);
    return (presented) => timingSafeEqual(hashOf(presented), expected);
  }
  const expected = fillRoom(newRoom(), password);
  const room = newRoom();
  return (presented) => timingSafeEqual(fillRoom(room, presented), expected);
};

/**
 * Lets in whoever knows the password, always: it is compared first, in constant time, and only who fails is counted
 * (`guessBuckets`). So nobody who guesses keeps the owner out, even from the same address; what keeps a guesser
 * out is the length of the password. A missing password costs no guess, and an empty one is missing. Whether the
 * default password is refused is only told to those who sent it.
 */
export const passwordCheck = (
  { password, allowDefaultPassword, onHostingPlatform = false }: PasswordSettings,
  needs: GuessNeeds,
): CheckCaller => {
  const isPassword = passwordComparer(password.reveal());
  const isRefusedOutside = password.reveal() === defaultPassword && !allowDefaultPassword;
  const failed = guessBuckets(needs);
  const isOutside = ({ isFromOwnNetwork }: Pick<Caller, 'isFromOwnNetwork'>): boolean =>
    onHostingPlatform || !isFromOwnNetwork();

  const isRight = (presented: Secret | null): boolean => isPassword(presented?.reveal() ?? '');

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
