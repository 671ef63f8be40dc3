import { jsonText } from '../../../kernel/well-formed.ts';
import type { TokenLogprob } from '../../logprobs.ts';
import { responseText, type Echo, type ResponseState } from './response-body.ts';

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

/** What tells of the response itself: how it begins, goes on and ends. */
export type LifecycleEvent = {
  readonly type:
    | 'response.created'
    | 'response.in_progress'
    | 'response.completed'
    | 'response.incomplete'
    | 'response.failed';
  readonly sequence_number: number;
  readonly response: ResponseState;
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

const isPlainDelta = (event: ResponseEvent): event is TextDelta =>
  event.type === 'response.output_text.delta' && Array.isArray(event['logprobs']) && event['logprobs'].length === 0;

/** A delta, written around its text: half the time of writing the object. */
const deltaText = ({ sequence_number: number, item_id: id, output_index: at, delta }: TextDelta): string =>
  'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","sequence_number":' +
  `${number},"item_id":"${id}","output_index":${at},"content_index":0,"delta":${jsonText(delta)},"logprobs":[]}\n\n`;

/** An event as it is sent (reference: OpenAI names each by its type, and sends no `[DONE]`). */
export const eventText = (event: ResponseEvent, echo: Echo): string => {
  if (isPlainDelta(event)) return deltaText(event);
  if (!isLifecycle(event)) return `event: ${event.type}\ndata: ${jsonText(event)}\n\n`;
  const { type, sequence_number: number, response } = event;
  const body = responseText(response, echo);
  return `event: ${type}\ndata: {"type":"${type}","sequence_number":${number},"response":${body}}\n\n`;
};
