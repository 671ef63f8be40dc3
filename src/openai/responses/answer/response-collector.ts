import { isUnread, textOf, type LongText } from '../../../kernel/unread-text.ts';
import { jsonText } from '../../../kernel/well-formed.ts';
import { asSent, quotedPiece, unreadPiece, type WrittenText } from '../../../kernel/written-text.ts';
import { finishKind } from '../../../gemini/finish.ts';
import type { Frame, UsageMetadata } from '../../../gemini/response.ts';
import { soleText } from '../../../gemini/sole-text.ts';
import { shorterWriter, type AnswerEnd, type WholeWriter } from '../../../ports/answer-writer.ts';
import { jsonWhole, type Whole } from '../../../ports/reply.ts';
import { likelyTier, servedTier } from '../../../wire/service-tier.ts';
import { outputItemId, responseId } from '../item-ids.ts';
import { plainCuts } from '../kept/event-cuts.ts';
import {
  responseText,
  stateText,
  type Echo,
  type KeepFinished,
  type ResponseState,
  type ResponseTexts,
} from './response-body.ts';
import type { ResponseSettings } from './response-settings.ts';
import { responseUsage } from './usage.ts';

/** What the answer to one request is written with. */
export type CollectorFacts = {
  readonly echo: Echo;
  readonly settings: ResponseSettings;
  readonly keep: KeepFinished;
};

/** A text from here on is made bytes once for both, the answer and what is kept of it, characters. */
const long = 2048;

const textJson = (text: LongText): WrittenText => {
  if (isUnread(text)) return ['"', unreadPiece(text), '"'];
  const json = jsonText(text);
  return [text.length < long ? json : quotedPiece(json)];
};

const outputText = ({ id }: ResponseSettings, text: LongText): WrittenText => [
  `[{"type":"message","id":"${outputItemId('msg', id, 0)}","status":"completed","role":"assistant",` +
    '"content":[{"type":"output_text","text":',
  ...textJson(text),
  ',"annotations":[],"logprobs":[]}]}]',
];

type Told = { readonly usage: UsageMetadata; readonly tier: string };

/** How a response stands that has begun. */
export const begunState = (settings: ResponseSettings): ResponseState => ({
  id: responseId(settings.id),
  object: 'response',
  created_at: settings.created,
  status: 'in_progress',
  completed_at: null,
  background: false,
  error: null,
  incomplete_details: null,
  model: settings.model,
  service_tier: settings.tier,
});

/** How one stands that has ended well. */
export const completedState = (settings: ResponseSettings, { usage, tier }: Told): ResponseState => ({
  id: responseId(settings.id),
  object: 'response',
  created_at: settings.created,
  status: 'completed',
  completed_at: settings.completed(),
  background: false,
  error: null,
  incomplete_details: null,
  model: settings.model,
  usage: responseUsage(usage),
  service_tier: tier,
});

/** The tier that served. */
export const tierOf = ({ tier }: ResponseSettings, usage: UsageMetadata): string =>
  servedTier(usage) ?? likelyTier(tier);

const textsOf = ({ echo, settings }: CollectorFacts, text: LongText, told: Told): ResponseTexts => ({
  state: stateText(completedState(settings, told)),
  output: outputText(settings, text),
  echo: echo.text,
});

/**
 * A whole answer that is one text, without the events and the state that the machine makes of it to begin with. Null
 * for any other, which the machine must read.
 */
const wholeText = (facts: CollectorFacts, frames: readonly Frame[]): AnswerEnd<Whole> | null => {
  const { settings, keep } = facts;
  const sole = settings.jsonAnswer === null ? soleText(frames) : null;
  if (sole === null || finishKind(sole.reason) !== 'stopped') return null;
  const { text, usage } = sole;
  const tier = tierOf(settings, usage);
  const texts = textsOf(facts, text, { usage, tier });
  const events = (): string => plainCuts([textOf(text).length], settings.tier, tier);
  return {
    value: jsonWhole(asSent(responseText(texts))),
    signatures: [],
    keep: keep === undefined ? undefined : () => keep({ texts, events: events() }),
  };
};

/** Collects a whole answer; what `writer` needs is made only where the shorter way does not do. */
export const responseCollector = (facts: CollectorFacts, writer: () => WholeWriter): WholeWriter =>
  shorterWriter((frames) => wholeText(facts, frames), writer);
