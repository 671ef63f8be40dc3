import { isObject } from '../kernel/is-object.ts';
import { viewOfBase64 } from './byte-view.ts';
import { fitsShape, hasShape, isCount, isFlag, isListOf, isShallow, isShallowObject } from './field-checks.ts';
import { isText, mediaType, mostDepth, number, type Shape } from './field-checks.ts';
import { harmlessText } from './harmless-text.ts';
import { answeredKind } from './media-kind.ts';
import { withoutNulls } from './without-nulls.ts';
import type { Candidate, Frame, GeminiModel, ResponsePart, UsageMetadata } from './response.ts';

const source = hasShape({ uri: isText, title: isText });
const chunk = hasShape({
  web: source,
  maps: source,
  retrievedContext: source,
  image: hasShape({ sourceUri: isText, title: isText }),
});
const segment = hasShape({ partIndex: isCount, startIndex: isCount, endIndex: isCount, text: isText });
const token = hasShape({ token: isText, logProbability: number });
const word = hasShape({ word: isText, startOffset: isText, endOffset: isText });
const counts = isListOf(hasShape({ modality: isText, tokenCount: isCount }));

const partShape: Shape = {
  text: isText,
  thought: isFlag,
  thoughtSignature: isText,
  inlineData: hasShape({ mimeType: mediaType, data: isText }, 'mimeType', 'data'),
  fileData: hasShape({ mimeType: mediaType, fileUri: isText }, 'fileUri'),
  functionCall: hasShape({
    id: isText,
    name: isText,
    args: isShallowObject,
    partialArgs: isListOf(hasShape({ jsonPath: isText, stringValue: isText, numberValue: number, boolValue: isFlag })),
    willContinue: isFlag,
  }),
  executableCode: hasShape({ id: isText, language: isText, code: isText }),
  codeExecutionResult: hasShape({ id: isText, outcome: isText, output: isText }),
  audioTranscription: hasShape({
    text: isText,
    languageCode: isText,
    speakerLabel: isText,
    words: isListOf(word),
    startOffset: isText,
    endOffset: isText,
  }),
  toolCall: isShallowObject,
  toolResponse: isShallowObject,
};

const candidateShape: Shape = {
  index: isCount,
  finishReason: isText,
  finishMessage: isText,
  continuationToken: isText,
  groundingMetadata: hasShape({
    webSearchQueries: isListOf(isText),
    groundingChunks: isListOf(chunk),
    groundingSupports: isListOf(hasShape({ segment, groundingChunkIndices: isListOf(isCount) })),
  }),
  logprobsResult: hasShape({
    chosenCandidates: isListOf(token),
    topCandidates: isListOf(hasShape({ candidates: isListOf(token) })),
  }),
};

const usageShape: Shape = {
  promptTokenCount: isCount,
  cachedContentTokenCount: isCount,
  candidatesTokenCount: isCount,
  thoughtsTokenCount: isCount,
  toolUsePromptTokenCount: isCount,
  totalTokenCount: isCount,
  promptTokensDetails: counts,
  candidatesTokensDetails: counts,
  serviceTier: isText,
};

const feedbackShape: Shape = { blockReason: isText, blockReasonMessage: isText };

type Fields = Readonly<Record<string, unknown>>;

/** Only the fields that have their right type: a null is no value, and a wrong one is dropped by itself. */
const soundFields = (value: Fields, shape: Shape): Fields => {
  const fields = withoutNulls(value);
  return fitsShape(fields, shape)
    ? fields
    : Object.fromEntries(
        Object.entries(fields).filter(([name, field]) => !Object.hasOwn(shape, name) || shape[name]?.(field) === true),
      );
};

const isPart = (value: unknown): value is ResponsePart & Fields => fitsShape(value, partShape);
const isUsage = (value: Fields): value is UsageMetadata & Fields => fitsShape(value, usageShape);
const isFeedback = (value: Fields): value is NonNullable<Frame['promptFeedback']> & Fields =>
  fitsShape(value, feedbackShape);
const isPlainCandidate = (value: Fields): value is Candidate & Fields => fitsShape(value, candidateShape);

/** Enum values by number, as servers with integer enums send them (discovery document, in its order). */
const finishReasons = [
  'FINISH_REASON_UNSPECIFIED',
  'STOP',
  'MAX_TOKENS',
  'SAFETY',
  'RECITATION',
  'OTHER',
  'LANGUAGE',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'MALFORMED_FUNCTION_CALL',
  'IMAGE_SAFETY',
  'UNEXPECTED_TOOL_CALL',
];
const blockReasons = ['BLOCK_REASON_UNSPECIFIED', 'SAFETY', 'OTHER', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'IMAGE_SAFETY'];

const nameCode = (value: Fields, name: string, names: readonly string[]): Fields => {
  const code = value[name];
  return typeof code === 'number' ? { ...value, [name]: names[code] ?? 'OTHER' } : value;
};

/** A picture or sound is what its bytes are, whatever Gemini calls it: all that is told of it begins here. */
const trulyNamed = (part: ResponsePart): ResponsePart => {
  if (part.inlineData === undefined) return part;
  const { mimeType, data } = part.inlineData;
  const kind = answeredKind(viewOfBase64(data), mimeType);
  return kind === mimeType ? part : { ...part, inlineData: { mimeType: kind, data } };
};

/** A part is taken or left as a whole. */
const readPart = (value: unknown): readonly ResponsePart[] => {
  if (!isPart(value)) return [];
  const part = soundFields(value, partShape);
  return isPart(part) ? [trulyNamed(part)] : [];
};

const partsOf = (candidate: unknown): readonly unknown[] => {
  const content = isObject(candidate) ? candidate['content'] : undefined;
  return isObject(content) && Array.isArray(content['parts']) ? content['parts'] : [];
};

/** A call that is left out, in words: without it the answer would be another one. */
const lostCall = (part: unknown): string | null => {
  if (!isObject(part) || part['functionCall'] == null || isPart(part)) return null;
  const call = part['functionCall'];
  const isDeep = isObject(call) && isObject(call['args']) && !isShallow(call['args']);
  return isDeep
    ? `a tool call whose arguments are nested more than ${mostDepth} levels deep`
    : 'a tool call that is none';
};

const lostIn = (candidates: readonly unknown[]): Pick<Frame, 'lost'> => {
  for (const candidate of candidates) {
    for (const part of partsOf(candidate)) {
      const lost = lostCall(part);
      if (lost !== null) return { lost };
    }
  }
  return {};
};

const readCandidate = (value: unknown): readonly Candidate[] => {
  if (!isObject(value)) return [];
  const { content, ...rest } = nameCode(value, 'finishReason', finishReasons);
  const sane = soundFields(rest, candidateShape);
  if (!isPlainCandidate(sane)) return [];
  const kept = sane.finishMessage === undefined ? sane : { ...sane, finishMessage: harmlessText(sane.finishMessage) };
  const parts = isObject(content) && Array.isArray(content['parts']) ? content['parts'].flatMap(readPart) : undefined;
  return [parts === undefined ? kept : { ...kept, content: { parts } }];
};

const readUsage = (value: unknown): Pick<Frame, 'usageMetadata'> => {
  const usageMetadata = isObject(value) ? soundFields(value, usageShape) : {};
  return isUsage(usageMetadata) ? { usageMetadata } : {};
};

const readFeedback = (value: unknown): Pick<Frame, 'promptFeedback'> => {
  const promptFeedback = isObject(value)
    ? soundFields(nameCode(value, 'blockReason', blockReasons), feedbackShape)
    : {};
  if (!isFeedback(promptFeedback)) return {};
  const { blockReasonMessage } = promptFeedback;
  return {
    promptFeedback:
      blockReasonMessage === undefined
        ? promptFeedback
        : { ...promptFeedback, blockReasonMessage: harmlessText(blockReasonMessage) },
  };
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
    ...(Array.isArray(candidates) ? { candidates: candidates.flatMap(readCandidate), ...lostIn(candidates) } : {}),
    ...(promptFeedback === undefined ? {} : readFeedback(promptFeedback)),
    ...(usageMetadata === undefined ? {} : readUsage(usageMetadata)),
    ...(typeof modelVersion === 'string' ? { modelVersion } : {}),
  };
  return { kind: 'frame', frame };
};

/** One page of models.list; null when it is none. Entries without a name are left out. */
export const readModelPage = (
  value: unknown,
): { readonly models: readonly GeminiModel[]; readonly next: string | null } | null => {
  if (!isObject(value)) return null;
  const { models, nextPageToken } = value;
  if (models !== undefined && !Array.isArray(models)) return null;
  return {
    models: (models ?? []).filter(isModel),
    next: typeof nextPageToken === 'string' && nextPageToken !== '' ? nextPageToken : null,
  };
};

const isModel = (value: unknown): value is GeminiModel =>
  hasShape(
    {
      name: isText,
      displayName: isText,
      description: isText,
      inputTokenLimit: number,
      outputTokenLimit: number,
      supportedGenerationMethods: isListOf(isText),
      thinking: isFlag,
    },
    'name',
  )(value);
