import { digestOf, emptyFingerprint, withText } from '../../kernel/fingerprint.ts';

const prefix = 'toolu_';

/** Anthropic's ids (its tool-use guide): these letters, 64 at most. */
const plainId = /^[\w-]{1,58}$/;

/** A call's id as clients of Anthropic know it. Gemini's are random; one with other letters gets its digest. */
export const toToolUseId = (id: string): string =>
  `${prefix}${plainId.test(id) ? id : digestOf(withText(emptyFingerprint, id))}`;

/** The id under which Gemini knows the call, and its signature is remembered. */
export const fromToolUseId = (id: string): string => (id.startsWith(prefix) ? id.slice(prefix.length) : id);
