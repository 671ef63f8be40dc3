import { createHash } from 'node:crypto';
import { errorSteps, jsonSteps } from './answer-whole.ts';
import { invalidArgument, type GoogleError } from './google-error.ts';
import { numberAt, objectsAt, textAt, type JsonObject } from './json.ts';
import type { ReadRequest } from './check-request.ts';
import type { Step } from './steps.ts';

const full = 3072;

/** A canned vector: told by the text alone, not of unit length unless it has its full one. */
const vectorOf = (text: string, dimensions: number): readonly number[] => {
  const digest = createHash('sha256').update(text).digest();
  const raw = Array.from({ length: full }, (_, at) => ((digest[at % 32] ?? 0) - 127.5) / 128 + (at % 7) / 100);
  const length = Math.sqrt(raw.reduce((sum, value) => sum + value * value, 0));
  return raw.slice(0, dimensions).map((value) => value / length);
};

const fault = (model: string, body: JsonObject): string | undefined => {
  const requests = objectsAt(body, 'requests');
  if (requests.length === 0) return '* BatchEmbedContentsRequest.requests: requests must not be empty';
  if (requests.length > 100) return `* BatchEmbedContentsRequest.requests: at most 100 requests can be in one batch, got ${requests.length}`;
  for (const [at, request] of requests.entries()) {
    if (textAt(request, 'model') !== `models/${model}`) return `* BatchEmbedContentsRequest.requests[${at}].model: unexpected model name format`;
    if (objectsAt(request['content'], 'parts').every((part) => (textAt(part, 'text') ?? '') === '')) return 'content is empty';
    const dimensions = numberAt(request, 'outputDimensionality');
    if (dimensions !== undefined && (dimensions < 1 || dimensions > full)) return `output_dimensionality must be between 1 and ${full}, inclusive.`;
  }
  return undefined;
};

const embedded = (request: JsonObject): JsonObject => {
  const text = objectsAt(request['content'], 'parts').map((part) => textAt(part, 'text') ?? '').join('');
  return { values: vectorOf(text, numberAt(request, 'outputDimensionality') ?? full) };
};

/** Canned vectors for a batch of texts: the same text always has the same one, several parts of one Content are fused. */
export const embedSteps = (model: string, { value, error }: ReadRequest): readonly Step[] => {
  const message = error === undefined ? fault(model, value) : undefined;
  const refused: GoogleError | undefined = error ?? (message === undefined ? undefined : invalidArgument(message));
  if (refused !== undefined) return errorSteps(refused);
  const requests = objectsAt(value, 'requests');
  const promptTokenCount = requests.length * 3;
  return jsonSteps({ embeddings: requests.map(embedded), usageMetadata: { promptTokenCount } });
};
