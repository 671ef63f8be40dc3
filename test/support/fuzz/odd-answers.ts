import { below, oneOf, onceIn, type Random } from './choose.ts';
import { mutatedBytes, oddJson, written, type Tree } from './odd-json.ts';

/** What the upstream sends: bytes in pieces, the connection broken off after them if `isCut`. */
export type OddAnswer = { readonly status: number; readonly contentType: string; readonly pieces: readonly Buffer[]; readonly isCut: boolean };

const usage = { promptTokenCount: 5, candidatesTokenCount: 7, thoughtsTokenCount: 3, totalTokenCount: 15, promptTokensDetails: [{ modality: 'TEXT', tokenCount: 5 }], candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 7 }] };
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR4nGNwav2CFTEMLQkAGc1uwRO7N3AAAAAASUVORK5CYII=';

const candidate = (parts: readonly Tree[], more: Readonly<Record<string, Tree>> = {}): Tree => ({ candidates: [{ content: { role: 'model', parts }, index: 0, ...more }], usageMetadata: usage, modelVersion: 'gemini-2.5-flash', responseId: 'r' });

const stop = { finishReason: 'STOP' };

const many = (count: number, one: Tree): readonly Tree[] => Array.from({ length: count }, () => one);

/** Answers as Gemini gives them, frame by frame. */
const answers: readonly (readonly Tree[])[] = [
  [candidate([{ text: 'Hel' }]), candidate([{ text: 'lo' }], stop)],
  [candidate([{ text: 'hm', thought: true }]), candidate([{ text: 'Hello', thoughtSignature: 'c2ln' }], { ...stop, avgLogprobs: -0.1, logprobsResult: { chosenCandidates: [{ token: 'Hello', logProbability: -0.1, tokenId: 1 }], topCandidates: [{ candidates: [{ token: 'Hello', logProbability: -0.1 }] }] } })],
  [candidate([{ functionCall: { id: 'a', name: 'weather', args: { city: 'Rome', days: [1, 2] } }, thoughtSignature: 'c2ln' }, { functionCall: { name: 'weather', args: {} } }], stop)],
  [
    candidate([{ functionCall: { name: 'weather', willContinue: true } }]),
    candidate([{ functionCall: { partialArgs: [{ jsonPath: '$.list[0].city', stringValue: 'Ro', willContinue: true }], willContinue: true } }]),
    candidate([{ functionCall: { partialArgs: [{ jsonPath: "$['list'][0].city", stringValue: 'me' }, { jsonPath: '$.days', numberValue: 2 }] } }], stop),
  ],
  [candidate([{ text: 'a' }, { inlineData: { mimeType: 'image/png', data: png }, thoughtSignature: 'c2ln' }, { text: 'b' }], stop)],
  [candidate([{ inlineData: { mimeType: 'audio/L16;codec=pcm;rate=24000', data: 'AAAA' } }], stop)],
  [candidate([{ executableCode: { language: 'PYTHON', code: 'print(1)' } }, { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1\n' } }, { toolCall: { toolType: 'GOOGLE_SEARCH_WEB', id: 't', args: {} } }, { fileData: { mimeType: 'image/png', fileUri: 'https://x.example/a' } }], stop)],
  [candidate([{ text: 'Rome is old.' }], { ...stop, groundingMetadata: { groundingChunks: [{ web: { uri: 'https://a.example', title: 'a' } }], groundingSupports: [{ segment: { startIndex: 0, endIndex: 4, text: 'Rome' }, groundingChunkIndices: [0] }] } })],
  [{ promptFeedback: { blockReason: 'SAFETY', blockReasonMessage: 'no' }, usageMetadata: usage }],
  [candidate([], { finishReason: 'MALFORMED_FUNCTION_CALL', finishMessage: 'bad call' })],
  [candidate(many(5000, { text: 'a' }), stop)],
  [candidate(many(3000, { functionCall: { name: 'weather', args: {} } }), stop)],
  [{ candidates: many(3000, { content: { parts: [{ text: 'a' }] }, index: 0, ...stop }), usageMetadata: usage }],
  [candidate([{ text: 'Rome is old. '.repeat(3000) }], { ...stop, groundingMetadata: { groundingChunks: [{ web: { uri: 'https://a.example' } }], groundingSupports: many(3000, { segment: { startIndex: 9, endIndex: 13, text: 'nowhere' }, groundingChunkIndices: [0] }) } })],
  [candidate([{ text: 'a' }], { finishReason: 'CONTINUATION', continuationToken: 'more' })],
  [candidate([{ text: 'a' }]), { error: { code: 503, status: 'UNAVAILABLE', message: 'overloaded', details: [] } }],
];

const failures: readonly (readonly [number, Tree])[] = [
  [400, { error: { code: 400, status: 'INVALID_ARGUMENT', message: 'Invalid value at contents[0]', details: [{ '@type': 't', fieldViolations: [{ field: 'contents', description: 'x' }] }] } }],
  [429, { error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'quota', details: [{ '@type': 'q', violations: [{ quotaMetric: 'm', quotaId: 'RequestsPerMinute', quotaDimensions: { model: 'x' }, quotaValue: '5' }] }, { '@type': 'r', retryDelay: '34.5s' }] } }],
  [404, { error: { code: 404, status: 'NOT_FOUND', message: 'models/x is not found' } }],
  [400, { error: { code: 400, status: 'INVALID_ARGUMENT', message: 'API key not valid. Please pass a valid API key.', details: [{ '@type': 'e', reason: 'API_KEY_INVALID', domain: 'googleapis.com', metadata: { service: 'x' } }] } }],
  [403, { error: { code: 403, status: 'PERMISSION_DENIED', message: "Permission denied: Consumer 'api_key:made-up' has been suspended." } }],
  [403, { error: { code: 403, status: 'PERMISSION_DENIED', message: 'You do not have permission to access the File abc or it may not exist.' } }],
  [403, { error: { code: 403, status: 'PERMISSION_DENIED', message: 'The caller does not have permission' } }],
  [401, { error: { code: 401, status: 'UNAUTHENTICATED', message: 'no' } }],
  [403, { detail: 'a page of a proxy' }],
  [500, { error: { code: 500, status: 'INTERNAL', message: 'internal' } }],
  [503, { error: { code: 503, status: 'UNAVAILABLE', message: 'overloaded' } }],
];

const vectors: Tree = { embeddings: [{ values: [0.1, -0.2, 0.3] }, { values: [0.4, 0.5, 0.6] }], usageMetadata: { promptTokenCount: 4 } };

const lineEnds = ['\n\n', '\r\n\r\n', '\r\r', '\n'];

const streamed = (frames: readonly Tree[], random: Random): Buffer => {
  const at = below(random, frames.length);
  const end = oneOf(random, lineEnds);
  const odd = frames.map((frame, index) => (index === at || onceIn(random, 3) ? oddJson(frame, random) : Buffer.from(written(frame))));
  return Buffer.concat(odd.flatMap((json) => [Buffer.from(onceIn(random, 12) ? oneOf(random, [': x\n', 'event: y\n', 'data\n', 'data:', 'retry: 99999999999\n', '']) : ''), Buffer.from('data: '), json, Buffer.from(end)]));
};

/** The frames as one answer: the parts of all of them. */
const whole = (frames: readonly Tree[]): Tree => frames.at(-1) ?? null;

const inPieces = (bytes: Buffer, random: Random): readonly Buffer[] => {
  const count = onceIn(random, 3) ? 1 + below(random, 6) : 1;
  const cuts = [0, ...Array.from({ length: count - 1 }, () => below(random, bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end));
};

const bodyFor = (method: string, random: Random): Buffer => {
  if (method === 'batchEmbedContents') return oddJson(vectors, random);
  const frames = oneOf(random, answers);
  if (method === 'generateContent') return oddJson(whole(frames), random);
  return onceIn(random, 6) ? oddJson(frames, random) : streamed(frames, random);
};

const contentTypes = ['application/json; charset=UTF-8', 'text/event-stream', 'text/html', ''];

/** An answer to a call of this method with something odd about it. */
export const oddAnswer = (method: string, random: Random): OddAnswer => {
  const failure = onceIn(random, 6) ? oneOf(random, failures) : null;
  const body = failure === null ? bodyFor(method, random) : oddJson(failure[1], random);
  const bytes = onceIn(random, 8) ? mutatedBytes(body, random) : body;
  return { status: failure?.[0] ?? 200, contentType: oneOf(random, contentTypes), pieces: inPieces(bytes, random), isCut: onceIn(random, 12) };
};

/** An answer to a call of this method with nothing wrong. */
export const goodAnswer = (method: string, question: string): OddAnswer => {
  const texts = question.split('"content":').length - 1;
  const media = question.includes('"AUDIO"') ? { mimeType: 'audio/L16;codec=pcm;rate=24000', data: 'AAAA' } : { mimeType: 'image/png', data: png };
  const own: Readonly<Record<string, Tree>> = { batchEmbedContents: { embeddings: Array.from({ length: texts }, () => ({ values: [0.6, 0.8] })) }, countTokens: { totalTokens: 7 } };
  const good: Tree = own[method] ?? candidate([{ text: 'Hello' }, { inlineData: media }], stop);
  const json = written(good);
  const isStream = method === 'streamGenerateContent';
  return { status: 200, contentType: isStream ? 'text/event-stream' : 'application/json', pieces: [Buffer.from(isStream ? `data: ${json}\n\n` : json)], isCut: false };
};
