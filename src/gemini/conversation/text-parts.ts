import { wellFormed } from '../../kernel/well-formed.ts';
import type { RequestPart } from '../request.ts';

/** One text as parts: none when it is empty, since Gemini takes no empty part. */
export const textParts = (text: string): readonly RequestPart[] => (text === '' ? [] : [{ text: wellFormed(text) }]);
