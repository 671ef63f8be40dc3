import { E, pipe } from '../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../kernel/proxy-error.ts';
import { plainGeneration, stopSequences } from '../../gemini/generation.ts';
import { capInt32 } from '../../gemini/int32.ts';
import type { GeminiCall, GenerateContentRequest, GenerationConfig } from '../../gemini/request.ts';
import { safetySettings } from '../../gemini/safety.ts';
import { settleThinking } from '../../gemini/thinking.ts';
import { settleModel, type SettledModel } from '../../wire/settle-model.ts';
import type { TranslationSettings } from '../../wire/translation-settings.ts';
import type { CompletionRequest } from './request.ts';

type Asked = CompletionRequest<string>;

/** Thoughts have no place in such an answer, so none are told. */
const configOf = (asked: Asked, { traits, name }: SettledModel): E.Either<ProxyError, GenerationConfig> => {
  const { stop = [], logprobs, max_tokens: cap, prompts, n = 1 } = asked;
  const thinking = settleThinking(
    traits.thinking,
    { asked: null, suffix: name.thinking, cap: capInt32(cap) },
    { asked: undefined, isGoogles: false, otherwise: false },
  );
  return E.map((stops: GenerationConfig): GenerationConfig => ({
    ...plainGeneration(
      {
        temperature: asked.temperature,
        topP: asked.top_p,
        presencePenalty: asked.presence_penalty,
        frequencyPenalty: asked.frequency_penalty,
        maxOutputTokens: cap,
        candidates: prompts.length === 1 ? n : 1,
        seed: asked.seed,
      },
      traits,
    ),
    ...stops,
    ...(logprobs === undefined ? {} : { responseLogprobs: true, ...(logprobs > 0 ? { logprobs } : {}) }),
    ...(thinking === undefined ? {} : { thinkingConfig: thinking }),
  }))(stopSequences(typeof stop === 'string' ? [stop] : stop, 'stop'));
};

/** A prompt is what the user says: Gemini's models take turns, and go on from a text that stands so. */
const contentsOf = (text: string): GenerateContentRequest['contents'] => [{ role: 'user', parts: [{ text }] }];

const writesNoText = (model: string): ProxyError =>
  invalid(`'${model}' does not write text: ask another model.`, 'model', 'unsupported_value');

/** Each of them so many times over, in order. */
export const timesEach = <A>(times: number, all: readonly A[]): readonly A[] =>
  all.flatMap((one) => Array.from({ length: times }, () => one));

const callOf = (asked: Asked, { name, traits }: SettledModel, config: GenerationConfig): GeminiCall => {
  const { prompts, n = 1 } = asked;
  const contents = prompts.map(contentsOf);
  const copies = prompts.length === 1 && traits.manyCandidates ? 1 : prompts.length * n;
  return {
    model: name.model,
    streamed: asked.stream === true || traits.streamOnly,
    copies,
    ...(contents.length === 1 ? {} : { contentsByCopy: timesEach(n, contents) }),
    body: { contents: contents[0] ?? [], safetySettings: safetySettings(undefined, traits), generationConfig: config },
  };
};

/** A completion request, its prompts known, as one call, or as one a choice where it has several prompts. */
export const toGemini = (asked: Asked, settings: TranslationSettings): E.Either<ProxyError, GeminiCall> =>
  pipe(
    settleModel(asked.model, settings),
    E.flatMap((settled) =>
      settled.traits.output === 'text'
        ? pipe(configOf(asked, settled), E.map((config) => callOf(asked, settled, config)))
        : E.left(writesNoText(asked.model)),
    ),
  );
