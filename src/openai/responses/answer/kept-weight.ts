import type { TokenLogprob } from '../../logprobs.ts';
import type { OutputItem } from './output-item.ts';

/** What is kept for each of these beside its text, in characters: objects, links, and how it was told in events. */
const [pieceWeight, noteWeight, itemWeight] = [16, 64, 256];

/** Of one value of a JSON object. */
const valueWeight = 16;

const weightOfValue = (value: unknown): number => {
  if (typeof value === 'string') return value.length + valueWeight;
  if (typeof value !== 'object' || value === null) return valueWeight;
  let weight = valueWeight;
  for (const inner of Object.values(value)) weight += weightOfValue(inner);
  return weight;
};

const textOf = (item: OutputItem): number => {
  switch (item.type) {
    case 'function_call':
      return item.arguments.length;
    case 'custom_tool_call':
      return item.input.length;
    case 'image_generation_call':
      return item.result?.length ?? 0;
    case 'reasoning':
      return item.encrypted_content?.length ?? 0;
    case 'code_interpreter_call':
      return weightOfValue(item.outputs);
    case 'message':
      return 0;
    default:
      return weightOfValue(item);
  }
};

/** What a finished item adds to what is kept; words, thoughts and code have been counted as they came. */
export const weightOf = (item: OutputItem): number => itemWeight + textOf(item);

/** What a note of something that is told later adds. */
export const weightOfNote = (...texts: readonly string[]): number =>
  texts.reduce((weight, { length }) => weight + length, noteWeight);

const weightOfToken = ({ top_logprobs: top }: TokenLogprob): number => noteWeight * (1 + top.length);

/** What a piece of text adds, and what is told of its tokens. */
export const weightOfPiece = (text: string, logprobs: readonly TokenLogprob[] = []): number =>
  logprobs.reduce((weight, token) => weight + weightOfToken(token), text.length + pieceWeight);
