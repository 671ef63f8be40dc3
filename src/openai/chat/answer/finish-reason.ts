import type { EndEvent } from '../../../gemini/answer/answer-event.ts';

/** OpenAI's finish reasons; nothing else may be sent. */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'function_call';

/**
 * How a choice ended in OpenAI's words. Gemini says STOP after tool calls too, so STOP becomes `called` when the answer
 * holds a call; a cut or blocked answer stays that even after one. What OpenAI has no word for is `stop`.
 */
export const finishReason = (
  { finish, reason, calls }: Pick<EndEvent, 'finish' | 'reason' | 'calls'>,
  called: FinishReason,
): FinishReason => {
  switch (finish) {
    case 'cut off':
      return 'length';
    case 'blocked':
      return 'content_filter';
    case 'stopped':
      return calls > 0 ? called : 'stop';
    case 'faulty':
      return 'stop';
    case null:
      return reason === null && calls > 0 ? called : 'stop';
  }
};

/** A reason that has no OpenAI word and is shown as it is beside `stop`. */
export const unnamedReason = ({ finish, reason }: Pick<EndEvent, 'finish' | 'reason'>): string | null =>
  reason === 'FINISH_REASON_UNSPECIFIED' || (finish !== null && finish !== 'faulty') ? null : reason;
