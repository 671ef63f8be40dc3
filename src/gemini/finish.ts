/**
 * What a finish reason means, whatever the dialect: over, cut off, blocked, or a fault that Gemini reports itself,
 * whose answer is never shown as a good one.
 */
export type FinishKind = 'stopped' | 'cut off' | 'blocked' | 'faulty';

const kinds: Readonly<Record<string, FinishKind>> = {
  STOP: 'stopped',
  MAX_TOKENS: 'cut off',
  CONTINUATION: 'cut off',
  SAFETY: 'blocked',
  RECITATION: 'blocked',
  BLOCKLIST: 'blocked',
  PROHIBITED_CONTENT: 'blocked',
  SPII: 'blocked',
  IMAGE_SAFETY: 'blocked',
  IMAGE_PROHIBITED_CONTENT: 'blocked',
  IMAGE_RECITATION: 'blocked',
  ESCALATION: 'blocked',
  LANGUAGE: 'blocked',
  MALFORMED_FUNCTION_CALL: 'faulty',
  MALFORMED_RESPONSE: 'faulty',
  UNEXPECTED_TOOL_CALL: 'faulty',
  TOO_MANY_TOOL_CALLS: 'faulty',
  MISSING_THOUGHT_SIGNATURE: 'faulty',
};

/** Words of a kind that Gemini may add later: MALFORMED_IMAGE and UNEXPECTED_RESULT would be faults too. */
const faulty = /^(?:MALFORMED|UNEXPECTED|TOO_MANY|MISSING|INVALID)_/;

/** The kind of a finishReason; null for one that is absent, that says nothing (OTHER), or that we don't know. */
export const finishKind = (reason: string | null | undefined): FinishKind | null => {
  if (reason == null) return null;
  if (Object.hasOwn(kinds, reason)) return kinds[reason] ?? null;
  return faulty.test(reason) ? 'faulty' : null;
};
