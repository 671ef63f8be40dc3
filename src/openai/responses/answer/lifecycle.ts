import { finishWords } from '../../../gemini/finish-words.ts';
import { likelyTier, servedTier } from '../../../wire/service-tier.ts';
import { responseId } from '../item-ids.ts';
import { closeItem, writeRefusal } from './open-items.ts';
import type { OutputItem } from './output-item.ts';
import type { ResponseState } from './response-body.ts';
import type { LifecycleEvent } from './response-event.ts';
import type { ResponseSettings } from './response-settings.ts';
import { responseUsage } from './usage.ts';
import { writeSearch } from './whole-items.ts';
import { doneItems, type Writing } from './writing.ts';

type Lifecycle = Pick<LifecycleEvent, 'type'> & {
  readonly response: Partial<ResponseState> & Pick<ResponseState, 'status'>;
  /** None unless told. */
  readonly output?: readonly OutputItem[];
};

/** Adds an event that tells of the response itself. */
export const emitLifecycle = (to: Writing, told: Lifecycle, settings: ResponseSettings): void => {
  const { type, response, output = [] } = told;
  const { created, model, tier } = settings;
  const state: ResponseState = {
    id: responseId(to.id),
    object: 'response',
    created_at: created,
    status: response.status,
    completed_at: response.completed_at ?? null,
    background: false,
    error: response.error ?? null,
    incomplete_details: response.incomplete_details ?? null,
    model,
    usage: response.usage,
    service_tier: to.end === null ? tier : (servedTier(to.usage) ?? likelyTier(tier)),
  };
  const event: LifecycleEvent = { type, sequence_number: to.sequence, response: state, output };
  to.sequence += 1;
  to.events.push(event);
};

/** The two events that every stream begins with. */
export const openResponse = (to: Writing, settings: ResponseSettings): void => {
  if (to.isOpened) return;
  to.isOpened = true;
  for (const type of ['response.created', 'response.in_progress'] as const) {
    emitLifecycle(to, { type, response: { status: 'in_progress' } }, settings);
  }
};

type Ending = 'completed' | 'max_output_tokens' | 'content_filter';

const endingOf = ({ end, isRefused }: Writing): Ending => {
  if (end?.finish === 'cut off') return 'max_output_tokens';
  return end?.finish === 'blocked' && !isRefused ? 'content_filter' : 'completed';
};

/** The words for an answer that was blocked in its middle. */
const blockedWords = ({ end }: Writing): string =>
  `The answer was blocked by Gemini (${finishWords(end?.reason ?? 'OTHER')}).`;

/** Ends what is open, tells what was searched for, and how the answer ended. */
export const endResponse = (to: Writing, settings: ResponseSettings): void => {
  const ending = endingOf(to);
  const isHidden = ending === 'content_filter' && settings.refusesInWords;
  closeItem(to, ending === 'completed' || isHidden ? 'completed' : 'incomplete');
  if (isHidden) writeRefusal(to, blockedWords(to), true);
  writeSearch(to, settings.search);
  const output = doneItems(to);
  const usage = responseUsage(to.usage);
  if (ending === 'completed' || isHidden) {
    const response = { usage, status: 'completed' as const, completed_at: settings.completed() };
    return emitLifecycle(to, { type: 'response.completed', response, output }, settings);
  }
  const response = { usage, status: 'incomplete' as const, incomplete_details: { reason: ending } };
  emitLifecycle(to, { type: 'response.incomplete', response, output }, settings);
};
