import { E } from '../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../kernel/proxy-error.ts';
import type { ModelTraits } from '../../gemini/model-traits.ts';
import type { GenerationConfig, Json, ThinkingConfig } from '../../gemini/request.ts';
import { efforts, thinkingConfig, type ThinkingWish } from '../../gemini/thinking.ts';
import { toGeminiSchema } from '../json-schema.ts';
import { voiceName } from '../voices.ts';
import { audioFault } from './audio-format.ts';
import type { ChatRequest, GoogleOptions } from './request.ts';

export type GenerationSettings = {
  readonly traits: ModelTraits;
  /** What the model's suffix asks; reasoning_effort and thinking_config win over it. */
  readonly suffix: ThinkingWish | null;
  readonly hasFunctions: boolean;
};

type Part = E.Either<ProxyError, GenerationConfig>;

/** Where the OpenAI SDKs put `extra_body.google`: at the top; some clients send `extra_body` itself. */
export const googleOptions = (asked: ChatRequest): GoogleOptions | undefined => asked.google ?? asked.extra_body?.google;

const maxStops = 5;

const stops = (asked: ChatRequest): Part => {
  const wanted = (typeof asked.stop === 'string' ? [asked.stop] : (asked.stop ?? [])).filter((stop) => stop !== '');
  if (wanted.length > maxStops) return E.left(invalid(`'stop' takes at most ${maxStops} strings.`, 'stop', 'invalid_value'));
  return E.right(wanted.length === 0 ? {} : { stopSequences: wanted });
};

/** OpenAI's seed has 64 bits, Gemini's 32: fold. */
const folded = (seed: number | undefined): number | undefined =>
  seed === undefined ? undefined : Number(BigInt.asIntN(32, BigInt(seed)));

const sampling = (asked: ChatRequest, traits: ModelTraits): GenerationConfig =>
  traits.sampling ? { temperature: asked.temperature, topP: asked.top_p, topK: asked.top_k } : {};

const nonZero = (value: number | undefined): number | undefined => (value === 0 ? undefined : value);

const penalties = (asked: ChatRequest, traits: ModelTraits): GenerationConfig =>
  traits.penalties
    ? { presencePenalty: nonZero(asked.presence_penalty), frequencyPenalty: nonZero(asked.frequency_penalty) }
    : {};

const isJson = (value: object): value is object & Json => value !== null;

const format = (asked: ChatRequest, { traits, hasFunctions }: GenerationSettings): Part => {
  const wanted = asked.response_format;
  if (wanted === undefined || wanted.type === 'text') return E.right({});
  if (hasFunctions && !traits.jsonWithFunctions) {
    return E.left(invalid('This model cannot answer in JSON format while tools are given.', 'response_format', 'unsupported_parameter'));
  }
  if (wanted.type === 'json_object') return E.right({ responseMimeType: 'application/json' });
  const schema = wanted.json_schema;
  if (schema === undefined) {
    const path = 'response_format.json_schema';
    return E.left(invalid(`Missing required parameter: '${path}'.`, path, 'missing_required_parameter'));
  }
  const read = schema.schema;
  const responseJsonSchema = read !== undefined && isJson(read) && !Array.isArray(read) ? toGeminiSchema({ ...read }) : undefined;
  return E.right({ responseMimeType: 'application/json', responseJsonSchema });
};

const biased = (asked: ChatRequest): Part =>
  asked.logit_bias !== undefined && Object.keys(asked.logit_bias).length > 0
    ? E.left(invalid("'logit_bias' is not supported: Gemini has no counterpart.", 'logit_bias', 'unsupported_parameter'))
    : E.right({});

const logprobs = (asked: ChatRequest): Part => {
  if (asked.logprobs !== true) {
    return (asked.top_logprobs ?? 0) > 0
      ? E.left(invalid("'top_logprobs' needs 'logprobs': true.", 'top_logprobs', 'invalid_value'))
      : E.right({});
  }
  return E.right({ responseLogprobs: true, logprobs: asked.top_logprobs });
};

const modalities = (asked: ChatRequest, traits: ModelTraits): Part => {
  const wanted = asked.modalities ?? [];
  if (traits.output === 'audio') {
    const fault = audioFault(asked);
    if (fault !== null) return E.left(fault);
    const voice = { prebuiltVoiceConfig: { voiceName: voiceName(asked.audio?.voice) } };
    return E.right({ responseModalities: ['AUDIO'], speechConfig: { voiceConfig: voice } });
  }
  if (wanted.includes('audio')) {
    return E.left(invalid('This model does not speak: ask a text-to-speech model for audio.', 'modalities', 'unsupported_value'));
  }
  return E.right(traits.output === 'image' || wanted.includes('image') ? { responseModalities: ['TEXT', 'IMAGE'] } : {});
};

const isEffort = (text: string): text is (typeof efforts)[number] => efforts.some((effort) => effort === text);

/** An explicit thinking_config, as google's own compatible endpoint takes it in either casing. */
const explicit = (asked: ChatRequest): E.Either<ProxyError, ThinkingWish | null> => {
  const google = googleOptions(asked);
  const config = google?.thinking_config ?? google?.thinkingConfig;
  const tokens = config?.thinking_budget ?? config?.thinkingBudget;
  if (tokens !== undefined) return E.right({ kind: 'budget', tokens });
  const level = (config?.thinking_level ?? config?.thinkingLevel)?.toLowerCase();
  if (level === undefined) return E.right(null);
  const path = 'extra_body.google.thinking_config.thinking_level';
  return isEffort(level)
    ? E.right({ kind: 'effort', effort: level })
    : E.left(invalid(`Invalid value for '${path}': expected one of ${efforts.join(', ')}.`, path, 'invalid_value'));
};

const shown = (asked: ChatRequest, config: ThinkingConfig | undefined): ThinkingConfig | undefined => {
  const google = googleOptions(asked);
  const wish = google?.thinking_config ?? google?.thinkingConfig;
  const include = wish?.include_thoughts ?? wish?.includeThoughts;
  return include === undefined || config === undefined ? config : { ...config, includeThoughts: include };
};

/** Thinking by the most explicit wish: thinking_config, else reasoning_effort, else the model's suffix. */
const thinking = (asked: ChatRequest, settings: GenerationSettings): Part =>
  E.map((wish: ThinkingWish | null): GenerationConfig => {
    const effort: ThinkingWish | null =
      asked.reasoning_effort === undefined ? settings.suffix : { kind: 'effort', effort: asked.reasoning_effort };
    return { thinkingConfig: shown(asked, thinkingConfig(settings.traits.thinking, wish ?? effort)) };
  })(explicit(asked));

const plain = (asked: ChatRequest, traits: ModelTraits): GenerationConfig => ({
  ...sampling(asked, traits),
  ...penalties(asked, traits),
  maxOutputTokens: asked.max_completion_tokens ?? asked.max_tokens,
  candidateCount: (asked.n ?? 1) > 1 && traits.manyCandidates ? asked.n : undefined,
  seed: folded(asked.seed),
});

/** Every sampling and format parameter of a chat request; what a model family refuses or ignores is left out. */
export const generationConfig = (asked: ChatRequest, settings: GenerationSettings): Part => {
  const parts = [
    stops(asked),
    format(asked, settings),
    biased(asked),
    logprobs(asked),
    modalities(asked, settings.traits),
    thinking(asked, settings),
  ];
  return parts.reduce<Part>(
    (whole, part) => E.flatMap((done: GenerationConfig) => E.map((more: GenerationConfig) => ({ ...done, ...more }))(part))(whole),
    E.right(plain(asked, settings.traits)),
  );
};
