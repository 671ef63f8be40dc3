import type { ServerResponse } from 'node:http';
import type { Google, Got } from './google-fake.ts';
import { jsonOf, sendError, sendJson } from './google-routes.ts';

type Part = Record<string, unknown>;

const models = ['gemini-flash-latest', 'gemini-2.5-flash', 'gemini-3.1-flash-image', 'gemini-embedding-001', 'veo-3.0-generate-001'];

const modelOf = (id: string): object => ({
  name: `models/${id}`,
  displayName: id,
  inputTokenLimit: 1_048_576,
  outputTokenLimit: 65_536,
  supportedGenerationMethods: ['generateContent', 'countTokens'],
});

const listModels = (got: Got, response: ServerResponse): void => {
  const query = new URLSearchParams(got.query);
  const size = Number(query.get('pageSize') ?? 50);
  const from = Number(query.get('pageToken')?.replace('m', '') ?? 0);
  sendJson(response, 200, {
    models: models.slice(from, from + size).map(modelOf),
    ...(from + size < models.length ? { nextPageToken: `m${from + size}` } : {}),
  });
};

const usageMetadata = { promptTokenCount: 11, candidatesTokenCount: 5, totalTokenCount: 16 };
const onePixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const partsFor = (got: Got, model: string): readonly Part[] => {
  const text = got.body.toString();
  if (model.includes('image')) return [{ inlineData: { mimeType: 'image/png', data: onePixel }, thoughtSignature: 'c2lnbmVkLXBpY3R1cmU=' }];
  if (/function_?[rR]esponse"/.test(text)) return [{ text: `done by ${got.key}` }];
  if (/function_?[dD]eclarations"/.test(text)) {
    return [{ functionCall: { id: 'call-1', name: 'get_weather', args: { city: 'Rome' } }, thoughtSignature: 'c2lnbmVkLWNhbGw=' }];
  }
  return [{ text: 'Hello ' }, { text: `from ${got.key}` }];
};

const answerOf = (parts: readonly Part[], model: string, isLast = true): object => ({
  candidates: [{ content: { role: 'model', parts }, ...(isLast ? { finishReason: 'STOP' } : {}), index: 0 }],
  ...(isLast ? { usageMetadata } : {}),
  modelVersion: model,
  responseId: 'response-1',
});

const stream = (got: Got, response: ServerResponse, model: string): void => {
  const parts = partsFor(got, model);
  const frames = parts.map((part, at) => answerOf([part], model, at === parts.length - 1));
  const isSse = new URLSearchParams(got.query).get('alt') === 'sse';
  response.writeHead(200, { 'content-type': isSse ? 'text/event-stream' : 'application/json; charset=UTF-8' });
  if (isSse) for (const frame of frames) response.write(`data: ${JSON.stringify(frame)}\r\n\r\n`);
  else response.write(`[${frames.map((frame) => JSON.stringify(frame, null, 2)).join('\n,\n')}\n]`);
  response.end();
};

type Answer = (google: Google, got: Got, model: string) => unknown;

const operation = (google: Google, got: Got, [name, response]: readonly [string, object]): object => {
  google.shelfOf(got.key).set(name, { name, done: true, response });
  return { name };
};

const makeFile = (google: Google, got: Got): string => {
  const id = google.nextId();
  const uri = `https://generativelanguage.googleapis.com/v1beta/files/${id}`;
  google.shelfOf(got.key).set(`files/${id}`, { name: `files/${id}`, uri, state: 'ACTIVE', mimeType: 'video/mp4' });
  return id;
};

const batch: Answer = (google, got) => {
  const id = `batches/${google.nextId()}`;
  const responsesFile = `files/${makeFile(google, got)}`;
  const made = { '@type': 'type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch', name: id, state: 'BATCH_STATE_SUCCEEDED', displayName: 'a batch', createTime: '2026-11-29T00:00:00Z', model: 'models/gemini-2.5-flash', output: { responsesFile } };
  google.shelfOf(got.key).set(id, { name: id, done: true, metadata: made, response: { responsesFile } });
  return { name: id, metadata: { ...made, state: 'BATCH_STATE_PENDING' } };
};

const answers: Readonly<Record<string, Answer>> = {
  generateContent: (_, got, model) => answerOf(partsFor(got, model), model),
  countTokens: () => ({ totalTokens: 42 }),
  embedContent: () => ({ embedding: { values: [0.1, 0.2, 0.3] } }),
  batchEmbedContents: (_, got) => ({ embeddings: ((jsonOf(got)['requests'] ?? []) as readonly unknown[]).map(() => ({ values: [0.1, 0.2, 0.3] })) }),
  predict: () => ({ predictions: [{ mimeType: 'image/png', bytesBase64Encoded: onePixel }] }),
  predictLongRunning: (google, got, model) => {
    const id = makeFile(google, got);
    const uri = `https://generativelanguage.googleapis.com/v1beta/files/${id}:download?alt=media`;
    return operation(google, got, [`models/${model}/operations/${google.nextId()}`, { generateVideoResponse: { generatedSamples: [{ video: { uri } }] } }]);
  },
  batchGenerateContent: batch,
  asyncBatchEmbedContent: batch,
};

/** What a model answers. */
export const answerModel = (google: Google, got: Got, [response, model, method]: readonly [ServerResponse, string, string]): void => {
  if (model === '') return listModels(got, response);
  if (!models.includes(model)) {
    return sendError(response, 404, ['NOT_FOUND', `models/${model} is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods.`]);
  }
  if (got.method === 'GET') return sendJson(response, 200, modelOf(model));
  if (method === 'streamGenerateContent') return stream(got, response, model);
  const answer = answers[method];
  if (answer === undefined) return sendJson(response, 200, { said: method });
  sendJson(response, 200, answer(google, got, model));
};
