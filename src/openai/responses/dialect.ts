import { E } from '../../kernel/fp.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import { runAtOnce, type Steps } from '../../kernel/steps.ts';
import { bytesPiece } from '../../kernel/written-text.ts';
import type { GeminiCall } from '../../gemini/request.ts';
import type { Dialect, Plan, TranslationContext } from '../../ports/dialect.ts';
import { recordText, type WrittenParts } from '../../ports/response-record.ts';
import type { ResponseStore } from '../../ports/response-store.ts';
import { openaiReplies } from '../replies.ts';
import { echoOf, responseText, type Finished, type KeepFinished } from './answer/response-body.ts';
import { responseSettings, responsesAnswer } from './answer/responses-answer.ts';
import { isReference, type Item } from './ask/given-item.ts';
import { heldText } from './ask/held-text.ts';
import {
  settleResponse,
  geminiInSteps,
  type AskSettings,
  type ResponseAsked,
} from './ask/to-gemini.ts';
import { itemUnreadAt } from './ask/item-unread-at.ts';
import { keptItems } from './kept/listed-items.ts';
import { responseId } from './item-ids.ts';
import { notRead, readingOf, type Reading } from './reading.ts';

/** What the translation of this API depends on beside what it shares with others. */
export type ResponsesSettings = AskSettings & { readonly keepAliveMs: number };

/** What keeps a finished response, and what is held of its request until then, bytes. */
type Keeping = { readonly keep: KeepFinished; readonly holds: number };

/** Of a character: what V8 takes for it, at most. */
const bytesHeld = 2;

const nothingKept: Keeping = { keep: undefined, holds: 0 };

/** One for all, since it is held with what is kept. */
const noIds: readonly string[] = [];

/** Items that were sent with an id of their own: those that are named here tell their response. */
const idsOf = (items: readonly Item[]): readonly string[] => {
  const ids: string[] = [];
  for (const item of items) if (typeof item['id'] === 'string' && !isReference(item)) ids.push(item['id']);
  return ids.length === 0 ? noIds : ids;
};

/** Stands in a record for the items, which stand beside the response there. */
const nothingTold = ['[]'];

/** A response as it stands in its record. */
const partsOf = (finished: Finished): Pick<WrittenParts, 'response' | 'output'> => {
  if ('sent' in finished) return { response: [bytesPiece(finished.sent)] };
  const { state, output, echo } = finished.texts;
  return { output, response: responseText({ state, output: nothingTold, echo }) };
};

/** What a response keeps of its request, unless that is too much to be held while the answer comes. */
const keeping = (
  { sent, caller }: Reading,
  context: TranslationContext,
  { keepResponse, mostBytesEach }: Pick<ResponseStore, 'keepResponse' | 'mostBytesEach'>,
): Keeping => {
  const { fields, own } = sent;
  const { input } = fields;
  const held =
    fields.store === false || caller === null ? null : heldText(typeof input === 'string' ? input : own, mostBytesEach);
  if (held === null || caller === null) return nothingKept;
  const { created } = context;
  const [id, previous] = [responseId(context.id), fields.previous_response_id ?? null];
  return {
    keep: (finished) => {
      const { events } = finished;
      const { response, output } = partsOf(finished);
      const items = keptItems(sent, context.id);
      const text = recordText({ id, created, previous, input: items, events, response, output });
      return keepResponse({ id, previous, items: idsOf(own), text }, caller);
    },
    holds: held * bytesHeld,
  };
};

type Answering = Keeping & { readonly keepAliveMs: number };

const planOf = (
  { asked, settled }: ResponseAsked,
  context: TranslationContext,
  [call, answering]: readonly [GeminiCall, Answering],
): Plan => {
  const { fields } = asked;
  const streamed = fields.stream === true;
  const echo = echoOf(fields, answering.keep !== undefined);
  return {
    call,
    streamed,
    shownEarly: streamed,
    judging: { refusesBlocks: false, mustBeWhole: false },
    keepsImages: false,
    encoding: null,
    answer: responsesAnswer(echo, responseSettings(fields, settled, context), answering),
    holds: answering.holds + echo.holds,
    dropped: asked.dropped,
  };
};

/** POST /v1/responses as data. */
export const responsesDialect = (settings: ResponsesSettings, store: ResponseStore): Dialect<Reading> => {
  const { steps, ...ways } = readingOf(settings, store);
  const settle = settleResponse(settings);
  function* plan(reading: Reading, context: TranslationContext): Steps<E.Either<ProxyError, Plan>> {
    const asked = reading.read;
    if (asked === null) return notRead;
    const settled = settle(asked);
    if (E.isLeft(settled)) return settled;
    yield;
    const request: ResponseAsked = { asked, settled: settled.right, settings };
    const call = yield* geminiInSteps(request, context);
    if (E.isLeft(call)) return call;
    yield;
    const { keep, holds } = keeping(reading, context, store);
    return E.right(planOf(request, context, [call.right, { keep, holds, keepAliveMs: settings.keepAliveMs }]));
  }
  return {
    ...ways,
    unreadAt: itemUnreadAt,
    translate: (reading, context) => runAtOnce(plan(reading, context)),
    inSteps: { ...steps, plan },
    replies: openaiReplies,
  };
};
