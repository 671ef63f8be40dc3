import { perText } from '../../../kernel/remember.ts';
import { isUnread, type UnreadText } from '../../../kernel/unread-text.ts';
import { jsonText } from '../../../kernel/well-formed.ts';
import { asSent, unreadPiece } from '../../../kernel/written-text.ts';
import { finishKind } from '../../../gemini/finish.ts';
import type { Frame } from '../../../gemini/response.ts';
import { soleText, type SoleText } from '../../../gemini/sole-text.ts';
import type { WholeWriter } from '../../../ports/answer-writer.ts';
import { shorterWriter } from '../../../ports/shorter-writer.ts';
import { json, jsonAnswer, jsonWhole, type Whole } from '../../../ports/reply.ts';
import { servedTier } from '../../../wire/service-tier.ts';
import { finishReason, unnamedReason } from './finish-reason.ts';
import type { MachineSettings } from './machine.ts';
import { systemFingerprint } from './system-fingerprint.ts';
import { toUsage } from './usage.ts';

/** What every answer to one request says, and whether it is got by a function of ours. */
export type AnswerFacts = Pick<MachineSettings, 'id' | 'created' | 'model' | 'jsonAnswer'>;

/** A longer one may have to be written in steps. */
const mostAtOnce = 32_768;

type Told = AnswerFacts & Pick<SoleText, 'reason' | 'usage'>;

const endOf = ({ reason }: Told) => ({ finish: finishKind(reason), reason, calls: 0 });

/** The answer as a value. */
const answerWith = (content: string, told: Told): object => {
  const end = endOf(told);
  const choice = {
    index: 0,
    message: { role: 'assistant', content, refusal: null },
    logprobs: null,
    finish_reason: finishReason(end, 'stop'),
    native_finish_reason: unnamedReason(end) ?? undefined,
  };
  return {
    id: told.id,
    object: 'chat.completion',
    created: told.created,
    model: told.model,
    choices: [choice],
    usage: toUsage(told.usage),
    service_tier: servedTier(told.usage),
    system_fingerprint: systemFingerprint,
  };
};

const jsonOf = perText((text): string => jsonText(text));

const fieldOf = (name: string, value: string | null | undefined): string =>
  value === null || value === undefined ? '' : `,"${name}":${jsonOf(value)}`;

/** The JSON of the same answer, with these bytes as its content: written out, it needs one object and not five. */
const writtenAround = (content: UnreadText, told: Told): Whole => {
  const end = endOf(told);
  const { id, created, model, usage } = told;
  const before =
    `{"id":${jsonText(id)},"object":"chat.completion","created":${created},"model":${jsonOf(model)}` +
    ',"choices":[{"index":0,"message":{"role":"assistant","content":"';
  const behind =
    `","refusal":null},"logprobs":null,"finish_reason":"${finishReason(end, 'stop')}"` +
    `${fieldOf('native_finish_reason', unnamedReason(end))}}],"usage":${JSON.stringify(toUsage(usage))}` +
    `${fieldOf('service_tier', servedTier(usage))},"system_fingerprint":"${systemFingerprint}"}`;
  return jsonWhole(asSent([before, unreadPiece(content), behind]));
};

/**
 * The `chat.completion` of a whole answer that is one text, without the events and the state that the machine makes of
 * it to begin with (12 of 112 µs of a short chat). Null for any other, which the machine must read.
 */
const wholeText = (facts: AnswerFacts, frames: readonly Frame[]): Whole | null => {
  const sole = facts.jsonAnswer === null ? soleText(frames) : null;
  if (sole === null) return null;
  const { text, reason, usage } = sole;
  const { id, created, model, jsonAnswer: inCall } = facts;
  const told: Told = { id, created, model, jsonAnswer: inCall, reason, usage };
  if (isUnread(text)) return writtenAround(text, told);
  const answer = answerWith(text, told);
  return text.length > mostAtOnce ? jsonAnswer(answer) : json(200, answer);
};

/** Collects a whole answer; what `writer` needs is made only where the shorter way does not do. */
export const wholeWriter = (facts: AnswerFacts, writer: () => WholeWriter): WholeWriter =>
  shorterWriter((frames) => {
    const value = wholeText(facts, frames);
    return value === null ? null : { value, signatures: [] };
  }, writer);
