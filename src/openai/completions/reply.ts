import { E } from '../../kernel/fp.ts';
import type { AnswerForm } from '../../ports/answer-writer.ts';
import { jsonAnswer } from '../../ports/reply.ts';
import { dataEvent } from '../../wire/event-stream.ts';
import { openaiErrors } from '../errors.ts';
import { withFieldName } from '../named-error.ts';
import { completionNames } from '../refused-field.ts';
import type {
  CompletionChoice,
  CompletionEvent,
  CompletionFailure,
  CompletionLogprobs,
  CompletionState,
} from './machine.ts';

/** What every piece of an answer says of it; whether the stream tells its usage. */
export type CompletionHead = {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  readonly includeUsage: boolean;
};

const together = (one: CompletionLogprobs | null, other: CompletionLogprobs | null): CompletionLogprobs | null => {
  if (one === null || other === null) return one ?? other;
  return {
    tokens: [...one.tokens, ...other.tokens],
    token_logprobs: [...one.token_logprobs, ...other.token_logprobs],
    top_logprobs: [...one.top_logprobs, ...other.top_logprobs],
    text_offset: [...one.text_offset, ...other.text_offset],
  };
};

const collectChoices = (events: readonly CompletionEvent[]): readonly CompletionChoice[] => {
  const choices = new Map<number, CompletionChoice>();
  for (const event of events) {
    if (!('choice' in event)) continue;
    const { choice } = event;
    const known = choices.get(choice.index);
    const text = (known?.text ?? '') + choice.text;
    const logprobs = together(known?.logprobs ?? null, choice.logprobs);
    choices.set(choice.index, { ...choice, text, logprobs });
  }
  return [...choices.values()].toSorted((a, b) => a.index - b.index);
};

/** OpenAI's `text_completion`, whole and as a stream (reference: its CreateCompletionResponse). */
export const completionForm = ({
  includeUsage,
  ...head
}: CompletionHead): AnswerForm<CompletionState, CompletionEvent, CompletionFailure> => {
  const piece = { id: head.id, object: 'text_completion', created: head.created, model: head.model };
  const frameOf = (event: CompletionEvent | CompletionFailure): string => {
    if ('error' in event) return openaiErrors.inStream(withFieldName(completionNames)(event.error));
    if ('usage' in event) return includeUsage ? dataEvent({ ...piece, choices: [], usage: event.usage }) : '';
    return dataEvent({ ...piece, choices: [event.choice], ...(includeUsage ? { usage: null } : {}) });
  };
  return {
    frames: (events) => events.map(frameOf).join(''),
    whole: (events) => {
      const last = events.at(-1);
      const usage = last !== undefined && 'usage' in last ? last.usage : undefined;
      return E.right(jsonAnswer({ ...piece, choices: collectChoices(events), usage }));
    },
    closing: 'data: [DONE]\n\n',
  };
};
