import { isObject } from '../kernel/is-object.ts';

/** Gemini's messages for embeddings (discovery document v1beta: models.batchEmbedContents). */

/** One text to embed. Its own Content each: several parts of one Content become one vector (graphiti #1848). */
export type EmbedContentRequest = {
  readonly model: string;
  readonly content: { readonly parts: readonly [{ readonly text: string }] };
  /** Beside the content, as @google/genai 3.3 and recorded requests have them; never seen inside embedContentConfig. */
  readonly outputDimensionality?: number;
  readonly taskType?: string;
  readonly title?: string;
};

/** Up to 100 texts to embed in one call. */
export type BatchEmbedContentsRequest = { readonly requests: readonly EmbedContentRequest[] };

/** The vectors of one batch in the order of its texts, and Google's count of tokens where it tells one. */
export type Embedded = { readonly vectors: readonly (readonly number[])[]; readonly tokens: number | null };

/** Texts in one call (@ai-sdk/google 4.0.79). */
export const mostInBatch = 100;

const vectorOf = (value: unknown): readonly number[] | null =>
  isObject(value) &&
  Array.isArray(value['values']) &&
  value['values'].length > 0 &&
  value['values'].every(Number.isFinite)
    ? value['values']
    : null;

/** Reads the answer to a batch of so many texts; null when a vector is missing, broken or shorter than another. */
export const readEmbedded = (value: unknown, count: number): Embedded | null => {
  const list = isObject(value) ? value['embeddings'] : undefined;
  if (!isObject(value) || !Array.isArray(list) || list.length !== count) return null;
  const vectors = list.map(vectorOf).filter((vector) => vector !== null);
  const usage = value['usageMetadata'];
  const told = isObject(usage) ? usage['promptTokenCount'] : null;
  const tokens = typeof told === 'number' && Number.isSafeInteger(told) && told >= 0 ? told : null;
  const isWhole = vectors.length === count && vectors.every(({ length }) => length === vectors[0]?.length);
  return isWhole ? { vectors, tokens } : null;
};
