import { isUnread, type UnreadText } from '../../../kernel/unread-text.ts';
import { jsonText } from '../../../kernel/well-formed.ts';
import { asSent, unreadPiece } from '../../../kernel/written-text.ts';
import { finishKind } from '../../../gemini/finish.ts';
import type { Frame } from '../../../gemini/response.ts';
import { soleText } from '../../../gemini/sole-text.ts';
import type { WholeWriter } from '../../../ports/answer-writer.ts';
import { shorterWriter } from '../../../ports/shorter-writer.ts';
import { json, jsonAnswer, jsonWhole, type Whole } from '../../../ports/reply.ts';
import { servedTier } from '../../../wire/service-tier.ts';
import { finishReason, unnamedReason } from './finish-reason.ts';
import type { MachineSettings } from './machine.ts';
import { toUsage } from './usage.ts';

/** What every answer to one request says, and whether it is got by a function of ours. */
export type AnswerFacts = Pick<MachineSettings, 'id' | 'created' | 'model' | 'jsonAnswer'>;

/** A longer one may have to be written in steps. */
const mostAtOnce = 32_768;

const noContent = '"content":"';

/** The JSON of an answer without content, with this one: its bytes as they came. */
const withContent = (answer: object, content: UnreadText): Whole => {
  const written = jsonText(answer);
  // No string in it holds the name with its quotes, which would be escaped.
  const at = written.indexOf(noContent) + noContent.length;
  return jsonWhole(asSent([written.slice(0, at), unreadPiece(content), written.slice(at)]));
};

/**
 * The `chat.completion` of a whole answer that is one text, without the events and the state that the machine makes of
 * it to begin with (12 of 112 µs of a short chat). Null for any other, which the machine must read.
 */
const wholeText = (
  { id, created, model, jsonAnswer: inCall }: AnswerFacts,
  frames: readonly Frame[],
): Whole | null => {
  const sole = inCall === null ? soleText(frames) : null;
  if (sole === null) return null;
  const { text, reason, usage } = sole;
  const content = isUnread(text) ? '' : text;
  const end = { finish: finishKind(reason), reason, calls: 0 };
  const choice = {
    index: 0,
    message: { role: 'assistant', content, refusal: null },
    logprobs: null,
    finish_reason: finishReason(end, 'stop'),
    native_finish_reason: unnamedReason(end) ?? undefined,
  };
  const answer = {
    id,
    object: 'chat.completion',
    created,
    model,
    choices: [choice],
    usage: toUsage(usage),
    service_tier: servedTier(usage),
  };
  if (isUnread(text)) return withContent(answer, text);
  return content.length > mostAtOnce ? jsonAnswer(answer) : json(200, answer);
};

/** Collects a whole answer; what `writer` needs is made only where the shorter way does not do. */
export const wholeWriter = (facts: AnswerFacts, writer: () => WholeWriter): WholeWriter =>
  shorterWriter((frames) => {
    const value = wholeText(facts, frames);
    return value === null ? null : { value, signatures: [] };
  }, writer);
