import { isObject } from '../kernel/is-object.ts';
import {
  hasShape,
  isCount,
  isFlag,
  isListOf,
  isLongText,
  isShallow,
  isShallowObject,
  isText,
  mediaType,
  number,
  shapeOf,
  type Check,
  type Shape,
} from './field-checks.ts';

const source = hasShape({ uri: isText, title: isText });
const chunk = hasShape({
  web: source,
  maps: source,
  retrievedContext: source,
  image: hasShape({ sourceUri: isText, title: isText }),
});
const segment = hasShape({ partIndex: isCount, startIndex: isCount, endIndex: isCount, text: isText });
const token = hasShape({ token: isText, logProbability: number });
const tokens = hasShape({
  chosenCandidates: isListOf(token),
  topCandidates: isListOf(hasShape({ candidates: isListOf(token) })),
});

/** OpenAI's word for a token that never comes. */
const never = -9999;

/** protobuf's JSON has no infinite number: it writes the text "-Infinity". */
const isNever = (value: unknown): boolean => value === '-Infinity' || value === -Infinity;

const withNever = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withNever);
  if (!isObject(value)) return value;
  const taken = (name: string, one: unknown): unknown =>
    name === 'logProbability' && isNever(one) ? never : withNever(one);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, taken(name, one)]));
};

/** Log probabilities as a whole, or none: each token has its place in the text. */
const logprobs: Check = Object.assign((value: unknown) => tokens(value), {
  mend: (value: unknown) => {
    const mended = isShallow(value) ? withNever(value) : null;
    return tokens(mended) ? mended : undefined;
  },
});
const word = hasShape({ word: isText, startOffset: isText, endOffset: isText });
const counts = isListOf(hasShape({ modality: isText, tokenCount: isCount }));

/** What is read of a part. */
export const partShape: Shape = shapeOf({
  text: isText,
  thought: isFlag,
  thoughtSignature: isText,
  inlineData: hasShape({ mimeType: mediaType, data: isLongText }, 'mimeType', 'data'),
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
});

/** What is read of a candidate, its content aside. */
export const candidateShape: Shape = shapeOf({
  index: isCount,
  finishReason: isText,
  finishMessage: isText,
  continuationToken: isText,
  groundingMetadata: hasShape({
    webSearchQueries: isListOf(isText),
    groundingChunks: isListOf(chunk),
    groundingSupports: isListOf(hasShape({ segment, groundingChunkIndices: isListOf(isCount) })),
  }),
  logprobsResult: logprobs,
});

/** What is read of the usage. */
export const usageShape: Shape = shapeOf({
  promptTokenCount: isCount,
  cachedContentTokenCount: isCount,
  candidatesTokenCount: isCount,
  thoughtsTokenCount: isCount,
  toolUsePromptTokenCount: isCount,
  totalTokenCount: isCount,
  promptTokensDetails: counts,
  candidatesTokensDetails: counts,
  serviceTier: isText,
});

/** What is read of a blocked prompt. */
export const feedbackShape: Shape = shapeOf({ blockReason: isText, blockReasonMessage: isText });
