import { mostInBatch, type BatchEmbedContentsRequest, type EmbedContentRequest } from '../../gemini/embeddings.ts';
import { modelName } from '../../wire/model-name.ts';
import type { EmbeddingRequest } from './request.ts';

/** What stands for OpenAI's own model names, which vector stores are set up with, and the length of their vectors. */
const openaiModels: ReadonlyMap<string, { readonly model: string; readonly dimensions: number }> = new Map([
  ['text-embedding-3-small', { model: 'gemini-embedding-001', dimensions: 1536 }],
  ['text-embedding-3-large', { model: 'gemini-embedding-001', dimensions: 3072 }],
  ['text-embedding-ada-002', { model: 'gemini-embedding-001', dimensions: 1536 }],
]);

/** The batches for one request, in order, and Google's id of their model. */
export type EmbeddingCalls = { readonly model: string; readonly batches: readonly BatchEmbedContentsRequest[] };

/**
 * What neighbours call the use of a vector (`input_type` of OpenRouter, LiteLLM and Cohere), by Gemini's word for it.
 */
const uses: ReadonlyMap<string, string> = new Map([
  ['query', 'RETRIEVAL_QUERY'],
  ['search_query', 'RETRIEVAL_QUERY'],
  ['document', 'RETRIEVAL_DOCUMENT'],
  ['passage', 'RETRIEVAL_DOCUMENT'],
  ['search_document', 'RETRIEVAL_DOCUMENT'],
  ['classification', 'CLASSIFICATION'],
  ['clustering', 'CLUSTERING'],
]);

const taskOf = ({ task_type: task, taskType, input_type: use }: EmbeddingRequest): string | undefined =>
  (task ?? taskType)?.toUpperCase() ?? uses.get(use?.toLowerCase() ?? '');

const inBatches = <A>(all: readonly A[]): readonly (readonly A[])[] =>
  Array.from({ length: Math.ceil(all.length / mostInBatch) }, (_, at) =>
    all.slice(at * mostInBatch, (at + 1) * mostInBatch),
  );

/** An embedding request, its texts known, as batches for Gemini: one Content a text, at most 100 a batch. */
export const toBatches = (
  asked: EmbeddingRequest,
  texts: readonly string[],
  aliases: ReadonlyMap<string, string>,
): EmbeddingCalls => {
  const named = modelName(asked.model, aliases).model;
  const known = openaiModels.get(named);
  const model = known?.model ?? named;
  const dimensions = asked.dimensions ?? asked.outputDimensionality ?? asked.output_dimensionality ?? known?.dimensions;
  const taskType = taskOf(asked);
  const requestFor = (text: string): EmbedContentRequest => ({
    model: model.includes('/') ? model : `models/${model}`,
    content: { parts: [{ text }] },
    ...(dimensions === undefined ? {} : { outputDimensionality: dimensions }),
    ...(taskType === undefined ? {} : { taskType }),
    ...(asked.title === undefined ? {} : { title: asked.title }),
  });
  return { model, batches: inBatches(texts).map((some) => ({ requests: some.map(requestFor) })) };
};
