import { questionBefore } from '../../../gemini/conversation/answer-key.ts';
import type { Signature } from '../../../ports/capabilities.ts';
import { batchWriter, type AnswerForm, type AnswerWriter } from '../../../ports/answer-writer.ts';
import type { TranslationContext } from '../../../ports/dialect.ts';
import type { MessagesRequest } from '../ask/request.ts';
import type { SettledMessages } from '../ask/to-gemini.ts';
import { messageMachine, type MessageMachineState } from './machine.ts';
import type { MessageEvent, MessageFailure } from './message-event.ts';
import { messageFrames, messageHeartbeat, type MessageHead } from './message-stream.ts';
import type { MessageMachineSettings } from './message-writing.ts';
import { messageCollector } from './text-message.ts';
import { wholeMessage } from './whole-message.ts';

const machineSettings = (
  asked: MessagesRequest,
  { plan, show, name }: SettledMessages,
  { id }: TranslationContext,
): MessageMachineSettings => ({
  id,
  show,
  question: questionBefore(asked.turns, asked.turns.length, name.model),
  names: plan.names,
  jsonAnswer: plan.jsonAnswer,
  isJson: plan.formatsJson || plan.jsonAnswer !== null,
  oneCall: asked.tool_choice?.disable_parallel_tool_use === true,
  citesSources: false,
});

const signaturesIn = (last: readonly MessageEvent[]): readonly Signature[] => {
  const end = last.at(-1);
  return end?.kind === 'end' ? end.signatures : [];
};

const formOf = (head: MessageHead): AnswerForm<MessageMachineState, MessageEvent, MessageFailure> => {
  const beat = messageHeartbeat(head);
  return {
    frames: messageFrames(head),
    whole: wholeMessage(head),
    signatures: signaturesIn,
    closing: '',
    heartbeat: ([answer, message]) => {
      const [next, text] = beat(message);
      return [[answer, next], text];
    },
  };
};

/** How a message of this head is written with these settings. */
const messageWriting = (head: MessageHead, settings: MessageMachineSettings): AnswerWriter =>
  batchWriter(messageMachine(settings), formOf(head));

/**
 * How the answer to a request for a message is written. That of a stream holds nothing of the request, which is let go.
 */
export const messageAnswer = (
  asked: MessagesRequest,
  settled: SettledMessages,
  context: TranslationContext,
): AnswerWriter => {
  const head = { id: `msg_${context.id}`, requestId: context.requestId, model: asked.model };
  const writing = (): AnswerWriter => messageWriting(head, machineSettings(asked, settled, context));
  if (asked.stream === true) return writing();
  const { plan } = settled;
  return { stream: () => writing().stream(), whole: () => messageCollector(head, plan, () => writing().whole()) };
};
