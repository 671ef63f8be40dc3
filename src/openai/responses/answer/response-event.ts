import type { TokenLogprob } from '../../logprobs.ts';
import type { OutputItem } from './output-item.ts';
import type { ResponseState } from './response-body.ts';

/** A piece of text: nearly all events of a stream are such. */
export type TextDelta = {
  readonly type: 'response.output_text.delta';
  readonly sequence_number: number;
  readonly item_id: string;
  readonly output_index: number;
  readonly content_index: 0;
  readonly delta: string;
  readonly logprobs: readonly TokenLogprob[];
};

/** What tells of the response itself: how it begins, goes on and ends. Its items stand beside it until it is written. */
export type LifecycleEvent = {
  readonly type:
    | 'response.created'
    | 'response.in_progress'
    | 'response.completed'
    | 'response.incomplete'
    | 'response.failed';
  readonly sequence_number: number;
  readonly response: ResponseState;
  readonly output: readonly OutputItem[];
};

/** Any other event, as it is sent. */
export type ItemEvent = {
  readonly type: string;
  readonly sequence_number: number;
} & Readonly<Record<string, unknown>>;

/** One event of a stream; numbers begin at 0 and have no gap. */
export type ResponseEvent = TextDelta | LifecycleEvent | ItemEvent;

/** True for an event that holds the whole response. */
export const isLifecycle = (event: ResponseEvent): event is LifecycleEvent => 'response' in event;
