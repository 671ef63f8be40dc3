import { dataEvent } from '../../../wire/event-stream.ts';
import { eventTemplate, type WriteEvent } from '../../../wire/event-template.ts';
import { opening, type ChatEvent, type ChoiceChunk, type Chunk, type Delta } from './chunk.ts';

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

/** Writes what most chunks of a stream say, by their choice: its beginning, and texts that have nothing beside them. */
export type ChunkWriter = {
  readonly opening: (index: number) => string;
  readonly texts: (index: number) => WriteEvent;
};

/** Each is made once, when it is first asked for. */
export const chunkWriter = (facts: StreamFacts): ChunkWriter => {
  const emit = emitter(facts);
  const [openings, templates]: readonly [string[], WriteEvent[]] = [[], []];
  return {
    opening: (index) => (openings[index] ??= dataEvent(emit(index, opening).chunk)),
    texts: (index) => (templates[index] ??= eventTemplate((content) => dataEvent(emit(index, { content }).chunk))),
  };
};
