import { efforts, type Effort } from '../gemini/thinking.ts';
import { oneOf, unless } from '../wire/codec.ts';
import type { ReadingCodec } from '../wire/reader.ts';

/**
 * An effort; `auto` and `default`, which clients send for "as the model likes", are as good as nothing (Cherry Studio).
 */
export const effortWish: ReadingCodec<Effort | undefined> = unless(
  (value) => value == null || value === 'auto' || value === 'default',
  oneOf(efforts),
);
