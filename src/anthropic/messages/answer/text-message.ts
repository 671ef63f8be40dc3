import { finishKind } from '../../../gemini/finish.ts';
import type { Frame } from '../../../gemini/response.ts';
import { soleText } from '../../../gemini/sole-text.ts';
import type { WholeWriter } from '../../../ports/answer-writer.ts';
import { shorterWriter } from '../../../ports/shorter-writer.ts';
import type { Whole } from '../../../ports/reply.ts';
import type { MessageHead } from './message-stream.ts';
import type { MessageMachineSettings } from './message-writing.ts';
import { messageOf, textBlock } from './whole-message.ts';

type Facts = Pick<MessageMachineSettings, 'jsonAnswer'>;

const stop = { reason: 'end_turn', explanation: null } as const;

/**
 * A whole message that is one text, without the events and the state that the machine makes of it to begin with. Null
 * for any other, which the machine must read.
 */
const textMessage = (head: MessageHead, { jsonAnswer }: Facts, frames: readonly Frame[]): Whole | null => {
  const sole = jsonAnswer === null ? soleText(frames) : null;
  if (sole === null || finishKind(sole.reason) !== 'stopped') return null;
  return messageOf(head, textBlock(sole.text), { stop, usage: sole.usage, searches: 0 });
};

/** Collects a whole message; what `writer` needs is made only where the shorter way does not do. */
export const messageCollector = (head: MessageHead, facts: Facts, writer: () => WholeWriter): WholeWriter =>
  shorterWriter((frames) => {
    const value = textMessage(head, facts, frames);
    return value === null ? null : { value, signatures: [] };
  }, writer);
