import { appendItems, itemsOf, type Chain } from '../../../kernel/chain.ts';
import type { CitationEvent, CodeEvent, EndEvent, SourceEvent } from '../../../gemini/answer/answer-event.ts';
import type { UsageMetadata } from '../../../gemini/response.ts';
import type { TokenLogprob } from '../../logprobs.ts';
import { outputItemId } from '../item-ids.ts';
import { sealEnvelope, type Bond } from '../envelope.ts';
import { idPrefixes, type OutputItem } from './output-item.ts';
import { weightOf } from './kept-weight.ts';
import type { ItemEvent, ResponseEvent, TextDelta } from './response-event.ts';

/** The item that may go on. `from` is where a message's text begins in all that the model has said. */
export type OpenItem =
  | {
      readonly type: 'message';
      readonly id: string;
      readonly index: number;
      readonly text: string;
      readonly from: number;
      readonly logprobs: Chain<TokenLogprob>;
    }
  | { readonly type: 'reasoning'; readonly id: string; readonly index: number; readonly text: string }
  | { readonly type: 'code'; readonly id: string; readonly index: number; readonly event: CodeEvent };

/** What is known of an answer's writing so far. */
export type WriterState = {
  readonly sequence: number;
  readonly isOpened: boolean;
  /** Heartbeats since something went out. */
  readonly beats: number;
  readonly done: Chain<OutputItem>;
  readonly count: number;
  /** Characters that are kept until the end, and a part of what keeping them costs beside. */
  readonly kept: number;
  readonly open: OpenItem | null;
  /** Characters of the model's own text. */
  readonly said: number;
  /** A signature of the text that is open, where that must stay open for its citations. */
  readonly waiting: string | null;
  readonly queries: Chain<string>;
  readonly sources: Chain<SourceEvent>;
  readonly citations: Chain<CitationEvent>;
  readonly usage: UsageMetadata;
  readonly end: EndEvent | null;
  readonly isRefused: boolean;
};

/** Where nothing has been written. */
export const nothingWritten: WriterState = {
  sequence: 0,
  isOpened: false,
  beats: 0,
  done: null,
  count: 0,
  kept: 0,
  open: null,
  said: 0,
  waiting: null,
  queries: null,
  sources: null,
  citations: null,
  usage: {},
  end: null,
  isRefused: false,
};

/** One step of the writing: a state of its own, which grows, and the events that it makes. */
export type Writing = {
  -readonly [Field in keyof WriterState]: WriterState[Field];
} & { readonly id: string; readonly model: string; readonly events: ResponseEvent[] };

/** Begins a step; written out field by field, since every read of the socket is one. */
export const beginStep = (state: WriterState, { id, model }: Pick<Writing, 'id' | 'model'>): Writing => ({
  sequence: state.sequence,
  isOpened: state.isOpened,
  beats: state.beats,
  done: state.done,
  count: state.count,
  kept: state.kept,
  open: state.open,
  said: state.said,
  waiting: state.waiting,
  queries: state.queries,
  sources: state.sources,
  citations: state.citations,
  usage: state.usage,
  end: state.end,
  isRefused: state.isRefused,
  id,
  model,
  events: [],
});

type Body = Readonly<Record<string, unknown>>;

/** Adds an event; its number is the next one. */
export const emit = (to: Writing, type: string, body: Body): void => {
  const event: ItemEvent = { type, sequence_number: to.sequence, ...body };
  to.sequence += 1;
  to.events.push(event);
};

/** Adds a piece of the text of a message. */
export const emitText = (
  to: Writing,
  { id, index }: Pick<OpenItem, 'id' | 'index'>,
  { delta, logprobs }: Pick<TextDelta, 'delta' | 'logprobs'>,
): void => {
  to.events.push({
    type: 'response.output_text.delta',
    sequence_number: to.sequence,
    item_id: id,
    output_index: index,
    content_index: 0,
    delta,
    logprobs,
  });
  to.sequence += 1;
};

/** The place of a new item, and its id; unique over all responses, since the response's own is in it. */
export const newItem = (to: Writing, type: OutputItem['type']): { readonly id: string; readonly index: number } => {
  const index = to.count;
  to.count += 1;
  return { id: outputItemId(idPrefixes[type], to.id, index), index };
};

/** Tells that an item has begun. */
export const addItem = (to: Writing, index: number, item: OutputItem): void =>
  emit(to, 'response.output_item.added', { output_index: index, item });

/** Tells that it is done, and keeps it for the response. */
export const finishItem = (to: Writing, index: number, item: OutputItem): void => {
  emit(to, 'response.output_item.done', { output_index: index, item });
  to.done = appendItems(to.done, [item]);
  to.kept += weightOf(item);
};

/** Adds an item that is there for what its envelopes hold alone. */
export const writeEnvelopes = (to: Writing, encrypted: string): void => {
  const { id, index } = newItem(to, 'reasoning');
  addItem(to, index, { type: 'reasoning', id, status: 'in_progress', summary: [], encrypted_content: '' });
  finishItem(to, index, { type: 'reasoning', id, status: 'completed', summary: [], encrypted_content: encrypted });
};

/** Adds an item that is there for a signature alone. */
export const writeSignature = (to: Writing, bond: Bond, signature: string): void =>
  writeEnvelopes(to, sealEnvelope(bond, signature, to.model));

/** All items that are done. */
export const doneItems = ({ done }: Pick<WriterState, 'done'>): readonly OutputItem[] => itemsOf(done);
