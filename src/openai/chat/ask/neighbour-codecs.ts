import { t } from '../../../kernel/fp.ts';
import { isEmpty } from '../../../kernel/is-empty.ts';
import { isObject } from '../../../kernel/is-object.ts';
import type { MediaLevel } from '../../../gemini/request.ts';
import { lenient, record, unless, unlessEmpty, within } from '../../../wire/codec.ts';
import { withReader, type ReadingCodec } from '../../../wire/reader.ts';
import { effortWish } from '../../effort-wish.ts';

/**
 * A sampler's whole number: 0, less, null and an empty text are its "no limit" (llama.cpp, vLLM, SillyTavern #1823).
 */
const samplerCount = unless(
  (value) => isEmpty(value) || (typeof value === 'number' && value < 1),
  within(1, Infinity, 'whole'),
);

const text = unlessEmpty(t.string);
const flag = unlessEmpty(t.boolean);

/** Tokens for thoughts; -1 leaves it to the model. */
const thoughtTokens: ReadingCodec<number | undefined> = unlessEmpty(within(-1, 1_000_000, 'whole'));

const openRouter = record({ effort: unlessEmpty(effortWish), max_tokens: thoughtTokens, enabled: flag, exclude: flag });

/** OpenRouter's `reasoning`: an empty one says nothing of thinking, but it asks for `reasoning_details`. */
const reasoning = unless((value) => isEmpty(value) && !isObject(value), openRouter);

/** OpenRouter's `image_config`, Google's imageConfig. */
const imageWish = unlessEmpty(record({ aspect_ratio: text, aspectRatio: text, image_size: text, imageSize: text }));

/** A thinkingConfig, as Google's own compatible endpoint takes it, in either casing. */
const googleThinking = unlessEmpty(
  record({
    thinking_budget: thoughtTokens,
    thinkingBudget: thoughtTokens,
    thinking_level: text,
    thinkingLevel: text,
    include_thoughts: flag,
    includeThoughts: flag,
  }),
);

const levels: ReadonlyMap<string, MediaLevel> = new Map([
  ['low', 'MEDIA_RESOLUTION_LOW'],
  ['medium', 'MEDIA_RESOLUTION_MEDIUM'],
  ['high', 'MEDIA_RESOLUTION_HIGH'],
]);

const levelOf = (value: unknown): MediaLevel | undefined =>
  typeof value === 'string' ? levels.get(value.toLowerCase().replace('media_resolution_', '')) : undefined;

/** How closely media is looked at: a level, in Google's word or its last part; other words are as good as nothing. */
const mediaLevel: ReadingCodec<MediaLevel | undefined> = withReader(
  new t.Type<MediaLevel | undefined, unknown>(
    'a media resolution',
    (value): value is MediaLevel | undefined =>
      value === undefined || [...levels.values()].some((level) => level === value),
    (value) => t.success(levelOf(value)),
    t.identity,
  ),
  levelOf,
);

/** Google's options that LiteLLM has at the top of a request, and Google in `google`. */
export const googleProps = {
  thinking_config: googleThinking,
  thinkingConfig: googleThinking,
  image_config: imageWish,
  imageConfig: imageWish,
  cached_content: text,
  cachedContent: text,
  media_resolution: mediaLevel,
  mediaResolution: mediaLevel,
};

/** What a chat request may hold beside OpenAI's own fields, in the words of neighbours (neighbour-fields.ts). */
export const neighbourProps = {
  top_k: samplerCount,
  n_predict: samplerCount,
  reasoning,
  include_reasoning: lenient(t.boolean),
  /** As Anthropic's API and others have it. */
  thinking: lenient(record({ type: text, budget_tokens: thoughtTokens })),
  thinking_budget: thoughtTokens,
  thinkingBudget: thoughtTokens,
  thinking_token_budget: thoughtTokens,
  thinking_budget_tokens: thoughtTokens,
  thinking_level: text,
  thinkingLevel: text,
  enable_thinking: lenient(t.boolean),
  chat_template_kwargs: lenient(record({ enable_thinking: t.unknown, thinking: t.unknown })),
  think: t.unknown,
  ...googleProps,
  aspect_ratio: lenient(t.string),
  aspectRatio: lenient(t.string),
  image_size: lenient(t.string),
  imageSize: lenient(t.string),
  responseModalities: t.unknown,
  plugins: t.unknown,
  usage: t.unknown,
  enable_search: t.unknown,
  googleSearch: t.unknown,
  google_search: t.unknown,
  urlContext: t.unknown,
  url_context: t.unknown,
  guided_json: t.unknown,
  structured_outputs: t.unknown,
  json_schema: t.unknown,
  format: t.unknown,
};
