import type { LongText } from '../../kernel/unread-text.ts';
import { wellFormed } from '../../kernel/well-formed.ts';
import type { RequestPart } from '../request.ts';

/** One text as parts: none when it is empty, since Gemini takes no empty part. */
export const textParts = (text: LongText): readonly RequestPart[] => {
  if (typeof text !== 'string') return [{ text }];
  return text === '' ? [] : [{ text: wellFormed(text) }];
};
