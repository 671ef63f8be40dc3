import { E } from '../../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../../kernel/proxy-error.ts';
import { imageTraits } from '../../../gemini/image-traits.ts';
import { jsonFormat, plainGeneration, stopSequences, type GenerationWishes } from '../../../gemini/generation.ts';
import type { ModelTraits } from '../../../gemini/model-traits.ts';
import type { GenerationConfig, ImageConfig } from '../../../gemini/request.ts';
import type { ThinkingWish } from '../../../gemini/thinking.ts';
import { imageConfig, type LookField } from '../../images/size.ts';
import { voiceName } from '../../voices.ts';
import { jsonWish } from './read-tools.ts';
import { audioError } from './audio-format.ts';
import { imageWishOf, mediaResolution } from './google-options.ts';
import type { ChatTerms } from './request.ts';
import { chatThinking, outputCap } from './thinking-wish.ts';

/** What the translation of parameters depends on beside them. */
export type GenerationSettings = {
  readonly model: string;
  readonly traits: ModelTraits;
  /** What the model's suffix asks; reasoning_effort and thinking_config win over it. */
  readonly suffix: ThinkingWish | null;
  /** Whether thoughts are shown where the request says nothing of it. */
  readonly showsThoughts: boolean;
  /** The answer is to be JSON by its format (and not by a function, or not at all). */
  readonly formatsJson: boolean;
};

type Part = E.Either<ProxyError, GenerationConfig>;

/** Of a parameter that is not set. */
const nothing: Part = E.right({});

const stopsPart = ({ stop }: ChatTerms): Part =>
  stop === undefined ? nothing : stopSequences(typeof stop === 'string' ? [stop] : stop, 'stop');

const formatPart = (asked: ChatTerms, { formatsJson }: GenerationSettings): Part => {
  const wanted = asked.response_format;
  if (wanted?.type === 'json_schema' && wanted.json_schema === undefined) {
    const path = 'response_format.json_schema';
    return E.left(invalid(`Missing required parameter: '${path}'.`, path, 'missing_required_parameter'));
  }
  if (wanted === undefined || !formatsJson) return nothing;
  if (wanted.type === 'json_object') return E.right({ responseMimeType: 'application/json' });
  const wish = jsonWish(asked);
  return wish === null ? nothing : jsonFormat(wish);
};

const biasPart = (asked: ChatTerms): Part =>
  asked.logit_bias !== undefined && Object.keys(asked.logit_bias).length > 0
    ? E.left(
        invalid(
          "'logit_bias' is not supported, since Gemini has no counterpart: leave it out.",
          'logit_bias',
          'unsupported_parameter',
        ),
      )
    : nothing;

const logprobsPart = (asked: ChatTerms): Part => {
  if (asked.logprobs !== true) {
    return (asked.top_logprobs ?? 0) > 0
      ? E.left(invalid("'top_logprobs' needs 'logprobs': true.", 'top_logprobs', 'invalid_value'))
      : nothing;
  }
  return E.right({ responseLogprobs: true, logprobs: asked.top_logprobs });
};

const noModalities: NonNullable<ChatTerms['modalities']> = [];

const modalitiesPart = (asked: ChatTerms, { traits }: GenerationSettings): Part => {
  const wanted = asked.modalities ?? noModalities;
  if (traits.output === 'audio') {
    const fault = audioError(asked);
    if (fault !== null) return E.left(fault);
    const voice = { prebuiltVoiceConfig: { voiceName: voiceName(asked.audio?.voice) } };
    return E.right({ responseModalities: ['AUDIO'], speechConfig: { voiceConfig: voice } });
  }
  if (wanted.includes('audio')) {
    return E.left(
      invalid('This model does not speak: ask a text-to-speech model for audio.', 'modalities', 'unsupported_value'),
    );
  }
  return traits.output === 'image' || wanted.includes('image')
    ? E.right({ responseModalities: ['TEXT', 'IMAGE'] })
    : nothing;
};

/** A wish for shape and size counts where pictures are drawn; elsewhere it is let go, since clients leave it set. */
const imagePart = (asked: ChatTerms, { traits, model }: GenerationSettings): Part => {
  if (traits.output !== 'image' && asked.modalities?.includes('image') !== true) return nothing;
  const wish = imageWishOf(asked);
  if (wish === undefined) return nothing;
  const field = (name: string, said: string | undefined): LookField => [
    wish.path === '' ? name : `${wish.path}.${name}`,
    said,
  ];
  return E.map((config: ImageConfig): GenerationConfig =>
    Object.keys(config).length === 0 ? {} : { imageConfig: config },
  )(
    imageConfig(
      { aspectRatio: field('aspect_ratio', wish.aspectRatio), imageSize: field('image_size', wish.imageSize) },
      imageTraits(model),
    ),
  );
};

const thinkingOf = (asked: ChatTerms, settings: GenerationSettings): Part => {
  const thinking = chatThinking(asked, settings.traits.thinking, settings);
  return E.isLeft(thinking) ? thinking : E.right({ thinkingConfig: thinking.right });
};

const wishesOf = (asked: ChatTerms): GenerationWishes => ({
  temperature: asked.temperature,
  topP: asked.top_p,
  topK: asked.top_k,
  presencePenalty: asked.presence_penalty,
  frequencyPenalty: asked.frequency_penalty,
  maxOutputTokens: outputCap(asked),
  candidates: asked.n,
  seed: asked.seed,
  mediaResolution: mediaResolution(asked),
});

const parts: readonly ((asked: ChatTerms, settings: GenerationSettings) => Part)[] = [
  stopsPart,
  formatPart,
  biasPart,
  logprobsPart,
  modalitiesPart,
  imagePart,
  thinkingOf,
];

/** Every sampling and format parameter of a chat request; what a model family refuses or ignores is left out. */
export const generationConfig = (asked: ChatTerms, settings: GenerationSettings): Part => {
  const config = plainGeneration(wishesOf(asked), settings.traits);
  for (const part of parts) {
    const read = part(asked, settings);
    if (E.isLeft(read)) return read;
    if (read !== nothing) Object.assign(config, read.right);
  }
  return E.right(config);
};
