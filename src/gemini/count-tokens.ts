import { isObject } from '../kernel/is-object.ts';
import type { GeminiCall } from './request.ts';

/** What `:countTokens` is asked for a call: conversation, instruction and tools. How it is answered costs nothing. */
export const countBody = ({ model, body: { contents, systemInstruction, tools, toolConfig } }: GeminiCall): object => ({
  generateContentRequest: { model: `models/${model}`, contents, systemInstruction, tools, toolConfig },
});

/** The count in its answer; null when there is none in it. */
export const readCount = (value: unknown): number | null => {
  const total = isObject(value) ? value['totalTokens'] : undefined;
  return typeof total === 'number' ? total : null;
};
