/** OpenAI's finish reasons; nothing else may be sent. */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'function_call';

const table: Readonly<Record<string, FinishReason>> = {
  STOP: 'stop',
  MAX_TOKENS: 'length',
  CONTINUATION: 'length',
  SAFETY: 'content_filter',
  RECITATION: 'content_filter',
  BLOCKLIST: 'content_filter',
  PROHIBITED_CONTENT: 'content_filter',
  SPII: 'content_filter',
  IMAGE_SAFETY: 'content_filter',
  IMAGE_PROHIBITED_CONTENT: 'content_filter',
  IMAGE_RECITATION: 'content_filter',
  ESCALATION: 'content_filter',
  LANGUAGE: 'content_filter',
};

/**
 * Gemini's finish reason in OpenAI's words. Gemini says STOP after tool calls too, so STOP becomes `called` when the
 * answer holds a call; a cut or blocked answer stays that even after one. What OpenAI has no word for is `stop`.
 */
export const finishReason = (native: string | null, called: FinishReason | null): FinishReason => {
  const plain = Object.hasOwn(table, native ?? '') ? table[native ?? ''] : undefined;
  if (native === 'STOP' || native === null) return called ?? 'stop';
  return plain ?? 'stop';
};

/** True for a reason that the answer was blocked for. */
export const isBlocked = (native: string | null): boolean => native !== null && finishReason(native, null) === 'content_filter';

/** A reason that has no OpenAI word and is shown as it is beside `stop`. */
export const unnamed = (native: string | null): string | null =>
  native === null || native === 'FINISH_REASON_UNSPECIFIED' || Object.hasOwn(table, native) ? null : native;
