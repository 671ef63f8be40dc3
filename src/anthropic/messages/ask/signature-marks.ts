import { isSignature } from '../../../gemini/conversation/signed-parts.ts';

/** What a signature belongs to: a thought, a call, or a text. */
export type SignedKind = 'thought' | 'call' | 'text';

const letters: Readonly<Record<SignedKind, string>> = { thought: 't', call: 'c', text: 'x' };
const kinds: ReadonlyMap<string, SignedKind> = new Map([
  ['t', 'thought'],
  ['c', 'call'],
  ['x', 'text'],
]);

const prefix = 'gemini.';

/**
 * Gemini's signature as it stands in a thinking block. A signature of Anthropic's own is base64, which has no dot: a
 * conversation that began there is told by it, and its signatures are never sent to Google.
 */
export const markSignature = (kind: SignedKind, signature: string): string => `${prefix}${letters[kind]}.${signature}`;

/** A signature that came back, and what it belongs to; null for one that is not ours. */
export const readMark = (text: unknown): { readonly kind: SignedKind; readonly signature: string } | null => {
  if (typeof text !== 'string' || !text.startsWith(prefix)) return null;
  const kind = kinds.get(text.slice(prefix.length, prefix.length + 1));
  const signature = text.slice(prefix.length + 2);
  return kind === undefined || text[prefix.length + 1] !== '.' || !isSignature(signature) ? null : { kind, signature };
};
