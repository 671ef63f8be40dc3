/** What a finish reason means, whatever the dialect: over, cut off, or blocked. */
export type FinishKind = 'stopped' | 'cut off' | 'blocked';

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
};

/** The kind of a finishReason; null for one that is absent, or a fault or a word that we don't know. */
export const finishKind = (reason: string | null | undefined): FinishKind | null =>
  reason != null && Object.hasOwn(kinds, reason) ? (kinds[reason] ?? null) : null;
