import type { KeyFault, ProxyError } from '../../kernel/proxy-error.ts';
import type { Secret } from '../../kernel/secret.ts';
import { keyPattern } from '../../gemini/key-pattern.ts';

const words: Readonly<Record<KeyFault, string>> = {
  invalid: 'Google says that the key is not valid',
  leaked: 'Google has found the key in public and disabled it',
  suspended: 'Google has suspended the key or its project',
  denied: 'Google denies the key access to the Gemini API',
  unpaid: "The credit of the key's project is used up, or its spending limit is reached",
};

/** The error of a key that Google turned away. */
export type KeyRefusal = Extract<ProxyError, { readonly tag: 'KeyRefused' }>;

const mostLength = 300;

/**
 * The reason of a refusal as it may be shown. Google puts whole keys into its error texts, so a reason that holds one
 * of ours, or anything that looks like a key, gives way to plain words for the fault.
 */
export const shownReason = ({ fault, reason }: KeyRefusal, secrets: readonly Secret[]): string => {
  const holdsKey =
    reason.search(keyPattern) >= 0 || secrets.some(({ reveal }) => reveal() !== '' && reason.includes(reveal()));
  return reason === '' || holdsKey ? words[fault] : reason.slice(0, mostLength);
};
