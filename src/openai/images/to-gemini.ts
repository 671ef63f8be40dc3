import { E, pipe } from '../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../kernel/proxy-error.ts';
import { imageTraits } from '../../gemini/image-traits.ts';
import { modelTraits, type ModelTraits } from '../../gemini/model-traits.ts';
import type { GeminiCall, GenerationConfig, RequestPart } from '../../gemini/request.ts';
import { filtersOff } from '../../gemini/safety.ts';
import { thinkingConfig } from '../../gemini/thinking.ts';
import type { TranslationContext } from '../../ports/dialect.ts';
import { isReadByGemini } from '../../gemini/inline-media.ts';
import { isModelId, modelName, noSuchModel, type ModelName, type ModelSettings } from '../../wire/model-name.ts';
import type { ImageRequest } from './request.ts';
import { imageConfig, type LookField, type LookWish } from './size.ts';
import { checkedPicture, type ImageSource } from './sources.ts';

/** Draws where no model is named, and in place of OpenAI's own. */
const defaultModel = 'gemini-3.1-flash-image';

const isOfOpenai = (model: string): boolean => /^(?:gpt-image|chatgpt-image|dall-e)/.test(model);

/** MODEL_ALIASES has the first word; OpenAI's own image models are Gemini's default one otherwise. */
const imageModel = ({ model }: ImageRequest, { modelAliases }: ModelSettings): ModelName => {
  const name = modelName(model ?? defaultModel, modelAliases);
  return isOfOpenai(name.model) ? { ...name, model: defaultModel } : name;
};

/** Calls at once for one request: keys have few image calls a minute. */
const atOnce = 4;

type Media = TranslationContext['media'];

const ofWeb = (
  { url, path }: Extract<ImageSource, { readonly url: string }>,
  media: Media,
  traits: ModelTraits,
): E.Either<ProxyError, RequestPart> => {
  const read = media.get(url);
  if (read === undefined)
    return E.left(invalid(`'${path}' could not be read: send the picture itself.`, path, 'unsupported_value'));
  const signature = traits.signatures ? read.signature : null;
  return pipe(
    checkedPicture({ mimeType: read.mimeType, data: read.data }, path),
    E.map((inlineData) => ({ inlineData, ...(signature === null ? {} : { thoughtSignature: signature.value }) })),
  );
};

const picturePart = (source: ImageSource, media: Media, traits: ModelTraits): E.Either<ProxyError, RequestPart> => {
  if ('blob' in source) return E.right({ inlineData: source.blob });
  return isReadByGemini(source.url) ? E.right({ fileData: { fileUri: source.url } }) : ofWeb(source, media, traits);
};

const pictureParts = (
  sources: readonly ImageSource[],
  media: Media,
  traits: ModelTraits,
): E.Either<ProxyError, readonly RequestPart[]> => {
  const parts: RequestPart[] = [];
  for (const source of sources) {
    const part = picturePart(source, media, traits);
    if (E.isLeft(part)) return part;
    parts.push(part.right);
  }
  return E.right(parts);
};

/** True when drafts are to be shown as they come. */
export const showsDrafts = (asked: ImageRequest): boolean => asked.stream === true && (asked.partial_images ?? 0) > 0;

const sizeFields = ['image_size', 'imageSize', 'resolution'] as const;

const sizeFieldOf = (asked: ImageRequest): LookField => {
  const path = sizeFields.find((field) => asked[field] !== undefined) ?? 'imageSize';
  return [path, asked[path]];
};

const sidesOf = ({ width = 0, height = 0 }: ImageRequest): string | undefined =>
  width > 0 && height > 0 ? `${width}x${height}` : undefined;

const lookOf = (asked: ImageRequest): LookWish => ({
  size: ['size', asked.size ?? sidesOf(asked)],
  quality: asked.quality,
  aspectRatio:
    asked.aspect_ratio === undefined ? ['aspectRatio', asked.aspectRatio] : ['aspect_ratio', asked.aspect_ratio],
  imageSize: sizeFieldOf(asked),
});

const configOf = (
  asked: ImageRequest,
  name: ModelName,
  traits: ModelTraits,
): E.Either<ProxyError, GenerationConfig> => {
  const own = imageTraits(name.model);
  const thinking = thinkingConfig(traits.thinking, name.thinking);
  const wished = name.thinking !== null || showsDrafts(asked);
  return pipe(
    imageConfig(lookOf(asked), own),
    E.map((shape) => ({
      responseModalities: own.withText ? ['TEXT', 'IMAGE'] : ['IMAGE'],
      ...(Object.keys(shape).length === 0 ? {} : { imageConfig: shape }),
      ...(asked.output_format === 'jpeg' && traits.signatures
        ? { responseFormat: { image: { mimeType: 'IMAGE_JPEG' } } }
        : {}),
      ...(thinking === undefined || !wished
        ? {}
        : { thinkingConfig: { ...thinking, includeThoughts: showsDrafts(asked) } }),
    })),
  );
};

/** A request for pictures as one call to Gemini: the pictures before the text, one picture a call, so `n` calls. */
export const toGemini =
  (settings: ModelSettings) =>
  (asked: ImageRequest, { media }: TranslationContext): E.Either<ProxyError, GeminiCall> => {
    const name = imageModel(asked, settings);
    const { model } = name;
    if (!isModelId(model)) return E.left(noSuchModel(model));
    const traits = modelTraits(model);
    return pipe(
      pictureParts(asked.sources, media, traits),
      E.bindTo('pictures'),
      E.bind('generationConfig', () => configOf(asked, name, traits)),
      E.map(({ pictures, generationConfig }) => ({
        model,
        streamed: showsDrafts(asked) || traits.streamOnly,
        copies: asked.n ?? 1,
        someCopies: { atOnce },
        body: {
          contents: [{ role: 'user', parts: [...pictures, { text: asked.prompt }] }],
          safetySettings: filtersOff,
          generationConfig,
        },
      })),
    );
  };
