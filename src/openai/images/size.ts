import { E, pipe } from '../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../kernel/proxy-error.ts';
import { imageSizes, type AspectRatio, type ImageSize, type ImageTraits } from '../../gemini/image-traits.ts';
import type { ImageConfig } from '../../gemini/request.ts';

/**
 * How far a shape may be from an allowed one: dall-e-3's 1792x1024 is 1.6 % off 16:9, Gemini's own sizes up to 2.8 %.
 */
const tolerance = 0.03;

/** Most pixels that a size stands for: 1792x1024 is still 1K, 1920x1080 and 2048x2048 are 2K, 3840x2160 is 4K. */
const mostPixels: readonly (readonly [ImageSize, number])[] = [
  ['512', 300_000],
  ['1K', 1_900_000],
  ['2K', 7_000_000],
  ['4K', 34_000_000],
];

const ofQuality: Readonly<Record<string, ImageSize>> = {
  low: '1K',
  standard: '1K',
  medium: '2K',
  hd: '2K',
  high: '4K',
};

const ratioOf = (name: AspectRatio): number => {
  const [width, height] = name.split(':');
  return Number(width) / Number(height);
};

const distanceTo = (ratio: number, name: AspectRatio): number => Math.abs(Math.log(ratio / ratioOf(name)));

const refusedSize = (path: string, expected: string): E.Either<ProxyError, never> =>
  E.left(invalid(`Invalid value for '${path}': ${expected}.`, path, 'invalid_value'));

const shapeOf = (ratio: number, { ratios }: ImageTraits, path: string): E.Either<ProxyError, AspectRatio> => {
  const nearest = ratios.toSorted((a, b) => distanceTo(ratio, a) - distanceTo(ratio, b))[0];
  return nearest !== undefined && distanceTo(ratio, nearest) <= tolerance
    ? E.right(nearest)
    : refusedSize(path, `this model draws the shapes ${ratios.join(', ')}`);
};

/** A fixed size is not sent. What is smaller than the model's smallest gets that one. */
const fittingSize = (size: ImageSize, { sizes }: ImageTraits): ImageSize | null =>
  sizes.find((offered) => imageSizes.indexOf(offered) >= imageSizes.indexOf(size)) ?? null;

const toldSize = (size: ImageSize, traits: ImageTraits): ImageConfig =>
  traits.sizes.length === 1 ? {} : { imageSize: size };

const sizeConfig = (
  size: ImageSize | undefined,
  traits: ImageTraits,
  path: string,
): E.Either<ProxyError, ImageConfig> => {
  const offered = size === undefined ? null : fittingSize(size, traits);
  return offered === null
    ? refusedSize(path, `this model draws at most ${traits.sizes.at(-1) ?? '1K'}`)
    : E.right(toldSize(offered, traits));
};

const scaleOf = ({ width, height }: Pixels): ImageSize | undefined =>
  mostPixels.find(([, most]) => width * height <= most)?.[0];

const namedSize = (size: string): ImageSize | undefined => imageSizes.find((known) => known === size.toUpperCase());

type Pixels = { readonly width: number; readonly height: number };

const pairIn = (text: string): (Pixels & { readonly between: string }) | null => {
  const [, width, between = '', height] = /^(\d{1,5})\s{0,3}([x×*:])\s{0,3}(\d{1,5})$/i.exec(text) ?? [];
  return Number(width ?? 0) === 0 || Number(height ?? 0) === 0
    ? null
    : { width: Number(width), height: Number(height), between };
};

const ofShape = ([path, said]: Said, traits: ImageTraits): E.Either<ProxyError, ImageConfig> => {
  const pair = pairIn(said);
  if (pair === null) return refusedSize(path, 'expected auto or a shape such as 16:9');
  return E.map((aspectRatio: AspectRatio): ImageConfig => ({ aspectRatio }))(
    shapeOf(pair.width / pair.height, traits, path),
  );
};

const ofScale = ([path, said]: Said, traits: ImageTraits): E.Either<ProxyError, ImageConfig> => {
  const name = namedSize(said);
  if (name !== undefined) return sizeConfig(name, traits, path);
  const pair = pairIn(said);
  return pair === null || pair.between === ':'
    ? refusedSize(path, `expected auto or one of ${imageSizes.join(', ')}`)
    : sizeConfig(scaleOf(pair), traits, path);
};

const sizeWords =
  'expected auto, a width and height such as 1536x1024, a shape such as 16:9, or one of 512, 1K, 2K, 4K';

const ofSize = ([path, said]: Said, traits: ImageTraits): E.Either<ProxyError, ImageConfig> => {
  const name = namedSize(said);
  if (name !== undefined) return sizeConfig(name, traits, path);
  const pair = pairIn(said);
  if (pair === null) return refusedSize(path, sizeWords);
  if (pair.between === ':') return ofShape([path, said], traits);
  return pipe(
    ofShape([path, said], traits),
    E.flatMap((shaped) =>
      E.map((scaled: ImageConfig): ImageConfig => ({ ...shaped, ...scaled }))(sizeConfig(scaleOf(pair), traits, path)),
    ),
  );
};

/** A wish for quality takes the best that the model has. */
const ofWish = (quality: string | undefined, traits: ImageTraits): ImageConfig => {
  const size = ofQuality[quality ?? ''];
  if (size === undefined) return {};
  const best = traits.sizes.at(-1);
  const offered = fittingSize(size, traits) ?? best;
  return offered === undefined ? {} : toldSize(offered, traits);
};

/** What is asked for in one field: its name, and what it says. */
type Said = readonly [path: string, said: string];

/** A field of the request that may say nothing. */
export type LookField = readonly [path: string, said: string | undefined];

/** What a picture is to look like, in all the words that clients have for it. */
export type LookWish = {
  readonly size?: LookField;
  readonly quality?: string | undefined;
  readonly aspectRatio?: LookField;
  readonly imageSize?: LookField;
};

type Reader = (said: Said, traits: ImageTraits) => E.Either<ProxyError, ImageConfig>;

const unlessAuto = (
  read: Reader,
  [path, said]: LookField = ['', undefined],
  traits: ImageTraits,
): E.Either<ProxyError, ImageConfig | null> => {
  const plain = said?.trim() ?? '';
  return plain === '' || plain.toLowerCase() === 'auto' ? E.right(null) : read([path, plain], traits);
};

/**
 * Shape and size in Gemini's words. OpenAI's `size` says both; a shape and a size of their own win over it; the quality
 * counts only where no size is asked for. A shape or size that the model does not draw is a 400 that names the field.
 */
export const imageConfig = (
  { size, quality, aspectRatio, imageSize }: LookWish,
  traits: ImageTraits,
): E.Either<ProxyError, ImageConfig> =>
  pipe(
    unlessAuto(ofSize, size, traits),
    E.bindTo('both'),
    E.bind('shaped', () => unlessAuto(ofShape, aspectRatio, traits)),
    E.bind('scaled', () => unlessAuto(ofScale, imageSize, traits)),
    E.map(({ both, shaped, scaled }): ImageConfig => {
      const wished = both === null && scaled === null ? ofWish(quality, traits) : {};
      return { ...wished, ...both, ...shaped, ...scaled };
    }),
  );
