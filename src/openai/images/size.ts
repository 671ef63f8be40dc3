import { E } from '../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../kernel/proxy-error.ts';
import { imageSizes, type AspectRatio, type ImageSize, type ImageTraits } from '../../gemini/image-traits.ts';
import type { ImageConfig } from '../../gemini/request.ts';

/** How far a shape may be from an allowed one: dall-e-3's 1792x1024 is 1.6 % off 16:9, Gemini's own sizes up to 2.8 %. */
const tolerance = 0.03;

/** Most pixels that a size stands for: 1792x1024 is still 1K, 1920x1080 and 2048x2048 are 2K, 3840x2160 is 4K. */
const mostPixels: readonly (readonly [ImageSize, number])[] = [
  ['512', 300_000],
  ['1K', 1_900_000],
  ['2K', 7_000_000],
  ['4K', 34_000_000],
];

const ofQuality: Readonly<Record<string, ImageSize>> = { low: '1K', standard: '1K', medium: '2K', hd: '2K', high: '4K' };

const ratioOf = (name: AspectRatio): number => {
  const [width, height] = name.split(':');
  return Number(width) / Number(height);
};

const distance = (ratio: number, name: AspectRatio): number => Math.abs(Math.log(ratio / ratioOf(name)));

const refused = (message: string): E.Either<ProxyError, never> => E.left(invalid(message, 'size', 'invalid_value'));

const shape = (ratio: number, { ratios }: ImageTraits): E.Either<ProxyError, AspectRatio> => {
  const nearest = ratios.toSorted((a, b) => distance(ratio, a) - distance(ratio, b))[0];
  return nearest !== undefined && distance(ratio, nearest) <= tolerance
    ? E.right(nearest)
    : refused(`Invalid value for 'size': this model draws the shapes ${ratios.join(', ')}.`);
};

/** A fixed size is not sent. What is smaller than the model's smallest gets that one. */
const fitting = (size: ImageSize, { sizes }: ImageTraits): ImageSize | null =>
  sizes.find((offered) => imageSizes.indexOf(offered) >= imageSizes.indexOf(size)) ?? null;

const told = (size: ImageSize, traits: ImageTraits): ImageConfig => (traits.sizes.length === 1 ? {} : { imageSize: size });

const sized = (size: ImageSize | undefined, traits: ImageTraits): E.Either<ProxyError, ImageConfig> => {
  const offered = size === undefined ? null : fitting(size, traits);
  return offered === null
    ? refused(`Invalid value for 'size': this model draws at most ${traits.sizes.at(-1) ?? '1K'}.`)
    : E.right(told(offered, traits));
};

const ofPixels = (width: number, height: number, traits: ImageTraits): E.Either<ProxyError, ImageConfig> => {
  const size = mostPixels.find(([, most]) => width * height <= most)?.[0];
  return E.flatMap((aspectRatio: AspectRatio) => E.map((rest: ImageConfig): ImageConfig => ({ aspectRatio, ...rest }))(sized(size, traits)))(
    shape(width / height, traits),
  );
};

const named = (size: string): ImageSize | undefined => imageSizes.find((known) => known === size.toUpperCase());

const ofSize = (size: string, traits: ImageTraits): E.Either<ProxyError, ImageConfig> => {
  const name = named(size);
  if (name !== undefined) return sized(name, traits);
  const [, width, between, height] = /^(\d{1,5})\s*([x×*:])\s*(\d{1,5})$/i.exec(size) ?? [];
  if (Number(width ?? 0) === 0 || Number(height ?? 0) === 0) {
    return refused("Invalid value for 'size': expected auto, a width and height such as 1536x1024, a shape such as 16:9, or one of 512, 1K, 2K, 4K.");
  }
  if (between === ':') return E.map((aspectRatio: AspectRatio): ImageConfig => ({ aspectRatio }))(shape(Number(width) / Number(height), traits));
  return ofPixels(Number(width), Number(height), traits);
};

/** A wish for quality takes the best that the model has. */
const ofWish = (quality: string | undefined, traits: ImageTraits): ImageConfig => {
  const size = ofQuality[quality ?? ''];
  if (size === undefined) return {};
  const best = traits.sizes.at(-1);
  const offered = fitting(size, traits) ?? best;
  return offered === undefined ? {} : told(offered, traits);
};

/**
 * OpenAI's size as Gemini's shape and size; the quality counts only where no size is asked for. A shape or size that
 * the model does not draw is a 400.
 */
export const imageConfig = (
  { size, quality }: { readonly size?: string | undefined; readonly quality?: string | undefined },
  traits: ImageTraits,
): E.Either<ProxyError, ImageConfig> => {
  const plain = size?.trim() ?? 'auto';
  return plain === 'auto' ? E.right(ofWish(quality, traits)) : ofSize(plain, traits);
};
