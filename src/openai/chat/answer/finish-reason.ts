import { finishKind } from '../../../gemini/finish.ts';

/** OpenAI's finish reasons; nothing else may be sent. */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'function_call';

/**
 * Gemini's finish reason in OpenAI's words. Gemini says STOP after tool calls too, so STOP becomes `called` when the
 * answer holds a call; a cut or blocked answer stays that even after one. What OpenAI has no word for is `stop`.
 */
export const finishReason = (native: string | null, called: FinishReason | null): FinishReason => {
  switch (finishKind(native)) {
    case 'cut off':
      return 'length';
    case 'blocked':
      return 'content_filter';
    case 'stopped':
      return called ?? 'stop';
    case 'faulty':
      return 'stop';
    case null:
      return native === null ? (called ?? 'stop') : 'stop';
  }
};

/** A reason that has no OpenAI word and is shown as it is beside `stop`. */
export const unnamed = (native: string | null): string | null => {
  const kind = finishKind(native);
  return native === 'FINISH_REASON_UNSPECIFIED' || (kind !== null && kind !== 'faulty') ? null : native;
};
