import type { ChatRequest, GoogleOptions } from './request.ts';

/** Where the OpenAI SDKs put `extra_body.google`: at the top; some clients send `extra_body` itself. */
export const googleOptions = (asked: ChatRequest): GoogleOptions | undefined => asked.google ?? asked.extra_body?.google;

/** A wish for the shape or size of a picture, and the field that holds it. */
export type ImageWish = { readonly path: string; readonly aspectRatio: string | undefined; readonly imageSize: string | undefined };

const wishIn = (config: ChatRequest['image_config'], path: string): readonly ImageWish[] =>
  config === undefined
    ? []
    : [{ path, aspectRatio: config.aspect_ratio ?? config.aspectRatio, imageSize: config.image_size ?? config.imageSize }];

/** How a picture is to look: `extra_body.google.image_config`, OpenRouter's `image_config`, LiteLLM's `imageConfig`. */
export const imageWishOf = (asked: ChatRequest): ImageWish | undefined => {
  const google = googleOptions(asked);
  const inGoogle = asked.google === undefined ? 'extra_body.google' : 'google';
  return [
    ...wishIn(google?.image_config, `${inGoogle}.image_config`),
    ...wishIn(google?.imageConfig, `${inGoogle}.imageConfig`),
    ...wishIn(asked.image_config, 'image_config'),
    ...wishIn(asked.imageConfig, 'imageConfig'),
  ][0];
};
