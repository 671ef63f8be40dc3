import { googleErrorIn } from '../gemini/google-error.ts';
import { harmlessText } from '../gemini/harmless-text.ts';
import { isObject } from '../kernel/is-object.ts';
import { jsonText } from '../kernel/well-formed.ts';
import { showDetails } from './error-details.ts';

type Fields = Readonly<Record<string, unknown>>;

const isStatus = (word: unknown): word is string => typeof word === 'string' && /^[A-Z_]{1,40}$/.test(word);

/** Interactions have words for codes, `internal_error`. */
const isCode = (code: unknown): boolean =>
  typeof code === 'number' || (typeof code === 'string' && /^[a-z_]{1,40}$/i.test(code));

const keepOf = ({ code, message, status, details }: Fields, secret: string, own: string | null): Fields => ({
  ...(isCode(code) ? { code } : {}),
  message: typeof message === 'string' ? harmlessText(message.replaceAll(secret, '[key]'), own) : '',
  ...(isStatus(status) ? { status } : {}),
  ...(Array.isArray(details) ? { details: showDetails(details) } : {}),
});

/**
 * An error of Google's as its caller may read it: code and word, the message and the details as far as they are known
 * to name nothing of the owner's (keys, projects, accounts, links); `own` is what the caller itself named. One that is
 * all of that is the text as it came, and null is for what is none of Google's.
 */
export const cleanError = (text: string, secret: string, own: string | null = null): string | null => {
  const error = googleErrorIn(text);
  if (error === null) return null;
  const kept = keepOf(error, secret, own);
  if (jsonText(kept) === jsonText(error)) return text;
  const whole = { error: kept };
  return jsonText(text.trimStart().startsWith('[') ? [whole] : whole);
};

const errorIn = (text: string): Fields | null => {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && isObject(value['error']) ? value['error'] : null;
  } catch {
    return null;
  }
};

const unreadable = '{"error":{"code":500,"message":"Gemini has met an internal error.","status":"INTERNAL"}}';

/** An error among a stream's frames, whatever its shape is: what stands in that place goes to no caller as it is. */
export const cleanStreamError = (text: string, secret: string, own: string | null): string => {
  const error = errorIn(text);
  if (error === null) return unreadable;
  return cleanError(text, secret, own) ?? jsonText({ error: keepOf(error, secret, own) });
};
