import type { Candidate, Frame, GeminiModel, ResponsePart, UsageMetadata } from './response.ts';

type Check = (value: unknown) => boolean;
type Shape = Readonly<Record<string, Check>>;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text: Check = (value) => typeof value === 'string';
const number: Check = (value) => typeof value === 'number';
const flag: Check = (value) => typeof value === 'boolean';
const object: Check = isObject;
const list =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

/** Absent and null are fine everywhere; what is there must have the right type. Unknown fields are not looked at. */
const fits = (value: unknown, shape: Shape): boolean =>
  isObject(value) && Object.entries(shape).every(([name, check]) => value[name] == null || check(value[name]));

const shaped =
  (shape: Shape, ...required: readonly string[]): Check =>
  (value) =>
    fits(value, shape) && isObject(value) && required.every((name) => value[name] != null);

const web = shaped({ web: shaped({ uri: text, title: text }) });
const segment = shaped({ partIndex: number, startIndex: number, endIndex: number });
const token = shaped({ token: text, logProbability: number });
const counts = list(shaped({ modality: text, tokenCount: number }));

const partShape: Shape = {
  text,
  thought: flag,
  thoughtSignature: text,
  inlineData: shaped({ mimeType: text, data: text }, 'mimeType', 'data'),
  fileData: shaped({ mimeType: text, fileUri: text }, 'fileUri'),
  functionCall: shaped({ id: text, name: text, args: object, partialArgs: list(shaped({ jsonPath: text })), willContinue: flag }),
  executableCode: shaped({ language: text, code: text }),
  codeExecutionResult: shaped({ outcome: text, output: text }),
};

const candidateShape: Shape = {
  index: number,
  finishReason: text,
  finishMessage: text,
  groundingMetadata: shaped({
    groundingChunks: list(web),
    groundingSupports: list(shaped({ segment, groundingChunkIndices: list(number) })),
  }),
  logprobsResult: shaped({ chosenCandidates: list(token), topCandidates: list(shaped({ candidates: list(token) })) }),
};

const usageShape: Shape = {
  promptTokenCount: number,
  cachedContentTokenCount: number,
  candidatesTokenCount: number,
  thoughtsTokenCount: number,
  toolUsePromptTokenCount: number,
  totalTokenCount: number,
  promptTokensDetails: counts,
  candidatesTokensDetails: counts,
  serviceTier: text,
};

const isPart = (value: unknown): value is ResponsePart => fits(value, partShape);
const isUsage = (value: unknown): value is UsageMetadata => fits(value, usageShape);
const isFeedback = (value: unknown): value is NonNullable<Frame['promptFeedback']> =>
  fits(value, { blockReason: text, blockReasonMessage: text });
const isPlainCandidate = (value: unknown): value is Candidate => fits(value, candidateShape);

/** Fields without null: Google leaves out what is empty, but a null must not be taken for a value. */
const present = <A extends object>(value: A): A =>
  Object.values(value).includes(null) ? { ...value, ...Object.fromEntries(Object.entries(value).flatMap(([name, field]) => (field === null ? [[name, undefined]] : []))) } : value;

const readCandidate = (value: unknown): readonly Candidate[] => {
  if (!isObject(value)) return [];
  const { content, ...rest } = value;
  const kept = isPlainCandidate(rest) ? rest : Object.fromEntries(Object.entries(rest).filter(([name, field]) => fits({ [name]: field }, candidateShape)));
  const parts = isObject(content) && Array.isArray(content['parts']) ? content['parts'].filter(isPart).map(present) : undefined;
  return [parts === undefined ? present(kept) : { ...present(kept), content: { parts } }];
};

/** What one JSON value from Google is: a frame, an error of theirs, or nothing that we can read. */
export type FrameReading =
  | { readonly kind: 'frame'; readonly frame: Frame }
  | { readonly kind: 'error'; readonly error: Readonly<Record<string, unknown>> }
  | { readonly kind: 'unreadable' };

const unreadable: FrameReading = { kind: 'unreadable' };

/**
 * Reads a JSON value as a frame. Unknown fields, parts and enum values are let through; a known field of a wrong type
 * is dropped with its part, never fatal. An error may stand alone or in an array.
 */
export const readFrame = (value: unknown): FrameReading => {
  const body: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  if (!isObject(body)) return unreadable;
  if (isObject(body['error'])) return { kind: 'error', error: body['error'] };
  const { candidates, promptFeedback, usageMetadata, modelVersion } = body;
  if (candidates === undefined && promptFeedback === undefined && usageMetadata === undefined) return unreadable;
  const frame: Frame = {
    ...(Array.isArray(candidates) ? { candidates: candidates.flatMap(readCandidate) } : {}),
    ...(isFeedback(promptFeedback) ? { promptFeedback: present(promptFeedback) } : {}),
    ...(isUsage(usageMetadata) ? { usageMetadata: present(usageMetadata) } : {}),
    ...(typeof modelVersion === 'string' ? { modelVersion } : {}),
  };
  return { kind: 'frame', frame };
};

/** Parses and reads; text that is no JSON is unreadable. */
export const parseFrame = (json: string): FrameReading => {
  try {
    return readFrame(JSON.parse(json));
  } catch {
    return unreadable;
  }
};

/** One page of models.list; null when it is none. Entries without a name are left out. */
export const readModelPage = (value: unknown): { readonly models: readonly GeminiModel[]; readonly next: string | null } | null => {
  if (!isObject(value)) return null;
  const { models, nextPageToken } = value;
  if (models !== undefined && !Array.isArray(models)) return null;
  return { models: (models ?? []).filter(isModel), next: typeof nextPageToken === 'string' && nextPageToken !== '' ? nextPageToken : null };
};

const isModel = (value: unknown): value is GeminiModel =>
  shaped(
    { name: text, displayName: text, description: text, inputTokenLimit: number, outputTokenLimit: number, supportedGenerationMethods: list(text), thinking: flag },
    'name',
  )(value);
