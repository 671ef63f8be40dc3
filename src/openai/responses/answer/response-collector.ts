import { atOnce } from '../../../kernel/breathe.ts';
import { byteSink, type ByteSink } from '../../../kernel/byte-sink.ts';
import type { Scratch } from '../../../kernel/scratch.ts';
import { isUnread, type LongText } from '../../../kernel/unread-text.ts';
import { jsonText } from '../../../kernel/well-formed.ts';
import { bytesPiece } from '../../../kernel/written-text.ts';
import { finishKind } from '../../../gemini/finish.ts';
import type { Frame, UsageMetadata } from '../../../gemini/response.ts';
import { soleText } from '../../../gemini/sole-text.ts';
import type { AnswerEnd, WholeWriter } from '../../../ports/answer-writer.ts';
import { shorterWriter } from '../../../ports/shorter-writer.ts';
import { jsonWhole, type Whole } from '../../../ports/reply.ts';
import { likelyTier, servedTier } from '../../../wire/service-tier.ts';
import { outputItemId, responseId } from '../item-ids.ts';
import { wholeCuts } from '../kept/event-cuts.ts';
import { stateText, type Echo, type KeepFinished, type ResponseState } from './response-body.ts';
import type { ResponseSettings } from './response-settings.ts';
import { responseUsage } from './usage.ts';

/** What the answer to one request is written with. */
export type CollectorFacts = {
  readonly echo: Echo;
  readonly settings: ResponseSettings;
  readonly keep: KeepFinished;
};

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

/** The items as JSON, but for the text of the one that they are. */
const outputHead = ({ id }: ResponseSettings): string =>
  `[{"type":"message","id":"${outputItemId('msg', id, 0)}","status":"completed","role":"assistant",` +
  '"content":[{"type":"output_text","text":"';
const outputEnd = '","annotations":[],"logprobs":[]}]}]';

const addText = (into: ByteSink, text: LongText): number =>
  isUnread(text) ? into.addBytes(text.pieces()) : into.add(jsonText(text).slice(1, -1));

/**
 * A whole answer that is one text, without the events and the state that the machine makes of it to begin with. Null
 * for any other, which the machine must read.
 */
const wholeText = (facts: CollectorFacts, frames: readonly Frame[], room: Scratch): AnswerEnd<Whole> | null => {
  const { settings, keep, echo } = facts;
  const sole = settings.jsonAnswer === null ? soleText(frames) : null;
  if (sole === null || finishKind(sole.reason) !== 'stopped') return null;
  const { text, usage } = sole;
  const tier = tierOf(settings, usage);
  const state = stateText(completedState(settings, { usage, tier }));
  const into = byteSink(room);
  const head = outputHead(settings);
  const from = into.add(`${state.slice(0, -1)},"output":${head}`) - head.length;
  const to = addText(into, text) + outputEnd.length;
  const sent = into.bytes(0, into.add(`${outputEnd},${echo.own}${echo.rest}`));
  // The items of a long one stand outermost in its record, where they are read in pieces.
  const finished =
    sent.length > atOnce ? { texts: { state, output: [bytesPiece(into.bytes(from, to))], echo } } : { sent };
  const events = (): string => wholeCuts({ asked: settings.tier, served: tier });
  return {
    value: { ...jsonWhole(sent), taken: into.letGo },
    signatures: [],
    keep: keep === undefined ? undefined : () => keep({ ...finished, events: events() }),
  };
};

/** Collects a whole answer; what `writer` needs is made only where the shorter way does not do. */
export const responseCollector = (facts: CollectorFacts, writer: () => WholeWriter): WholeWriter =>
  shorterWriter((frames, room) => wholeText(facts, frames, room), writer);
