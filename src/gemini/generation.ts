import { E } from '../kernel/fp.ts';
import { invalid, type ProxyError } from '../kernel/proxy-error.ts';
import { capInt32, foldInt32 } from './int32.ts';
import type { ModelTraits } from './model-traits.ts';
import type { GenerationConfig, JsonObject, MediaLevel } from './request.ts';
import { answerSchema } from './tools/answer-schema.ts';
import type { JsonWish } from './tools/asked-tools.ts';

/** What a request wants of sampling and length, in any dialect; undefined is the model's own. */
export type GenerationWishes = {
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly topK?: number | undefined;
  readonly presencePenalty?: number | undefined;
  readonly frequencyPenalty?: number | undefined;
  /** Thoughts included. */
  readonly maxOutputTokens?: number | undefined;
  /** Answers to choose from. */
  readonly candidates?: number | undefined;
  /** Up to 64 bits. */
  readonly seed?: number | undefined;
  readonly mediaResolution?: MediaLevel | undefined;
};

/** Gemini's penalties are from -2 to less than 2 (Google's GenerationConfig reference): the last float before it. */
const mostPenalty = 2 - 2 ** -23;

/** Zero is no penalty. */
const penaltyOf = (value: number | undefined): number | undefined =>
  value === undefined || value === 0 ? undefined : Math.min(value, mostPenalty);

/** Sampling and length as Gemini takes them; what a model family refuses or ignores is left out. */
export const plainGeneration = (wishes: GenerationWishes, traits: ModelTraits): GenerationConfig => {
  const { temperature, topP, topK, presencePenalty, frequencyPenalty, candidates = 1, mediaResolution } = wishes;
  return {
    temperature: traits.sampling ? temperature : undefined,
    topP: traits.sampling ? topP : undefined,
    topK: traits.sampling ? capInt32(topK) : undefined,
    presencePenalty: traits.penalties ? penaltyOf(presencePenalty) : undefined,
    frequencyPenalty: traits.penalties ? penaltyOf(frequencyPenalty) : undefined,
    maxOutputTokens: capInt32(wishes.maxOutputTokens),
    candidateCount: candidates > 1 && traits.manyCandidates ? candidates : undefined,
    seed: foldInt32(wishes.seed),
    mediaResolution: traits.output === 'audio' ? undefined : mediaResolution,
  };
};

const maxStops = 5;

/** Texts that end an answer: at most five, none of them empty. */
export const stopSequences = (stops: readonly string[], path: string): E.Either<ProxyError, GenerationConfig> => {
  const wanted = stops.filter((stop) => stop !== '');
  if (wanted.length > maxStops)
    return E.left(invalid(`'${path}' takes at most ${maxStops} strings.`, path, 'invalid_value'));
  return E.right(wanted.length === 0 ? {} : { stopSequences: wanted });
};

/** An answer in JSON by its format. */
export const jsonFormat = (wish: JsonWish): E.Either<ProxyError, GenerationConfig> =>
  E.map((responseJsonSchema: JsonObject | undefined): GenerationConfig => ({
    responseMimeType: 'application/json',
    responseJsonSchema,
  }))(answerSchema(wish));
