import { googleErrorIn } from '../gemini/google-error.ts';
import { harmlessText } from '../gemini/harmless-text.ts';
import { jsonText } from '../kernel/well-formed.ts';
import { showDetails } from './error-details.ts';

const isStatus = (word: unknown): word is string => typeof word === 'string' && /^[A-Z_]{1,40}$/.test(word);

/**
 * An error of Google's as its caller may read it: code and word, the message and the details as far as they are known
 * to name nothing of the owner's (keys, projects, accounts, links); `own` is what the caller itself named. One that is
 * all of that is the text as it came, and null is for what is none of Google's.
 */
export const cleanError = (text: string, secret: string, own: string | null = null): string | null => {
  const error = googleErrorIn(text);
  if (error === null) return null;
  const { code, message, status, details } = error;
  const kept = {
    ...(typeof code === 'number' ? { code } : {}),
    message: typeof message === 'string' ? harmlessText(message.replaceAll(secret, '[key]'), own) : '',
    ...(isStatus(status) ? { status } : {}),
    ...(Array.isArray(details) ? { details: showDetails(details) } : {}),
  };
  if (jsonText(kept) === jsonText(error)) return text;
  const whole = { error: kept };
  return jsonText(text.trimStart().startsWith('[') ? [whole] : whole);
};
