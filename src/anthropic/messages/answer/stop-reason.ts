import type { EndEvent } from '../../../gemini/answer/answer-event.ts';
import type { MessageStop, StopReason } from './message-event.ts';

const reasonOf = ({ finish, calls }: EndEvent): StopReason => {
  if (finish === 'cut off') return 'max_tokens';
  if (finish === 'blocked') return 'refusal';
  return calls > 0 ? 'tool_use' : 'end_turn';
};

/**
 * How an answer ended in Anthropic's words. Gemini says STOP after calls too; a cut or blocked answer stays that even
 * after one. Which stop sequence ended it Gemini does not say.
 */
export const messageStop = (end: EndEvent, refusal: string | null): MessageStop => {
  const reason = reasonOf(end);
  return { reason, explanation: reason === 'refusal' ? (refusal ?? end.message ?? end.reason) : null };
};
