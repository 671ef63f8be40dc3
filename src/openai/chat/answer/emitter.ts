import { dataEvent } from '../../../wire/event-stream.ts';
import { eventTemplate, type WriteEvent } from '../../../wire/event-template.ts';
import type { ChatEvent, ChoiceChunk, Chunk, Delta } from './chunk.ts';

/** What all chunks of one stream say. */
export type StreamFacts = {
  readonly id: string;
  readonly created: number;
  /** The model as the client named it. */
  readonly model: string;
  readonly includeUsage: boolean;
};

/** Makes the event of one choice. */
export type Emit = (index: number, delta: Delta, rest?: Partial<ChoiceChunk>) => ChatEvent;

const isPlain = (delta: Delta): boolean => {
  for (const name in delta) if (name !== 'content') return false;
  return delta.content !== undefined;
};

const choiceChunk = (index: number, delta: Delta, rest: Partial<ChoiceChunk> | undefined): ChoiceChunk => {
  if (rest === undefined) return { index, delta, logprobs: null, finish_reason: null };
  const { logprobs = null, finish_reason = null, native_finish_reason } = rest;
  return native_finish_reason === undefined
    ? { index, delta, logprobs, finish_reason }
    : { index, delta, logprobs, finish_reason, native_finish_reason };
};

/** Written out field by field, without spreads: it makes every chunk. */
export const emitter = ({ id, created, model, includeUsage }: StreamFacts): Emit => {
  const object = 'chat.completion.chunk';
  return (index, delta, rest) => {
    const choices = [choiceChunk(index, delta, rest)];
    const chunk: Chunk = includeUsage
      ? { id, object, created, model, choices, usage: null }
      : { id, object, created, model, choices };
    return { chunk, isSent: true, isPlain: rest === undefined && isPlain(delta) };
  };
};

/** What writes texts of one stream that have nothing beside them, by their choice. */
export const textWriter = (facts: StreamFacts): ((index: number) => WriteEvent) => {
  const emit = emitter(facts);
  const templates: WriteEvent[] = [];
  return (index) => (templates[index] ??= eventTemplate((content) => dataEvent(emit(index, { content }).chunk)));
};
