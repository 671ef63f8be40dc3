import type { ChatTerms, GoogleOptions } from './request.ts';

/**
 * Google's own options stand where the OpenAI SDKs put `extra_body.google`, at the top; in `extra_body` itself, which
 * some clients send; and LiteLLM's without `google` around them. Each in either casing.
 */
const ownOptions = (asked: ChatTerms): GoogleOptions | undefined => asked.google ?? asked.extra_body?.google;

/** The wish for thinking among Google's options. */
export const thinkingOption = (asked: ChatTerms): GoogleOptions['thinking_config'] => {
  const own = ownOptions(asked);
  return own?.thinking_config ?? own?.thinkingConfig ?? asked.thinking_config ?? asked.thinkingConfig;
};

/** The cached content that Google's options name. */
export const cachedContent = (asked: ChatTerms): string | undefined => {
  const own = ownOptions(asked);
  return own?.cached_content ?? own?.cachedContent ?? asked.cached_content ?? asked.cachedContent;
};

/** How closely all media is looked at, by Google's options. */
export const mediaResolution = (asked: ChatTerms): GoogleOptions['media_resolution'] => {
  const own = ownOptions(asked);
  return own?.media_resolution ?? own?.mediaResolution ?? asked.media_resolution ?? asked.mediaResolution;
};

/** What is to be blocked, by Google's options. */
export const safetyOption = (asked: ChatTerms): GoogleOptions['safety_settings'] => {
  const own = ownOptions(asked);
  return own?.safety_settings ?? own?.safetySettings ?? asked.safety_settings;
};

/** A wish for the shape or size of a picture, and the field that holds it. */
export type ImageWish = {
  readonly path: string;
  readonly aspectRatio: string | undefined;
  readonly imageSize: string | undefined;
};

const wishIn = (config: ChatTerms['image_config'], path: string): readonly ImageWish[] =>
  config === undefined
    ? []
    : [
        {
          path,
          aspectRatio: config.aspect_ratio ?? config.aspectRatio,
          imageSize: config.image_size ?? config.imageSize,
        },
      ];

const unlessEmpty = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

/** What stands at the top of a request, as at the images API. */
const bareWish = (asked: ChatTerms): readonly ImageWish[] => {
  const aspectRatio = unlessEmpty(asked.aspect_ratio) ?? unlessEmpty(asked.aspectRatio);
  const imageSize = unlessEmpty(asked.image_size) ?? unlessEmpty(asked.imageSize);
  return aspectRatio === undefined && imageSize === undefined ? [] : [{ path: '', aspectRatio, imageSize }];
};

/**
 * How a picture is to look: `extra_body.google.image_config`, OpenRouter's `image_config`, LiteLLM's `imageConfig`, or
 * bare.
 */
export const imageWishOf = (asked: ChatTerms): ImageWish | undefined => {
  const google = ownOptions(asked);
  const inGoogle = asked.google === undefined ? 'extra_body.google' : 'google';
  return [
    ...wishIn(google?.image_config, `${inGoogle}.image_config`),
    ...wishIn(google?.imageConfig, `${inGoogle}.imageConfig`),
    ...wishIn(asked.image_config, 'image_config'),
    ...wishIn(asked.imageConfig, 'imageConfig'),
    ...bareWish(asked),
  ][0];
};
