/** Shapes that Gemini draws (discovery document, ImageConfig). */
const aspectRatios = [
  '1:1',
  '2:3',
  '3:2',
  '3:4',
  '4:3',
  '4:5',
  '5:4',
  '9:16',
  '16:9',
  '21:9',
  '1:4',
  '4:1',
  '1:8',
  '8:1',
] as const;

/** A shape by its name, `16:9`. */
export type AspectRatio = (typeof aspectRatios)[number];

/** Sizes that Gemini draws, smallest first: about so many pixels a side for a square. */
export const imageSizes = ['512', '1K', '2K', '4K'] as const;

/** A size by its name, `2K`. */
export type ImageSize = (typeof imageSizes)[number];

/** What an image model can be asked for, told from its id alone. */
export type ImageTraits = {
  readonly ratios: readonly AspectRatio[];
  /** One alone means that the size is fixed and must not be sent. */
  readonly sizes: readonly ImageSize[];
  /** Answers with pictures only in company of text. */
  readonly withText: boolean;
};

const common = aspectRatios.slice(0, 10);
const newest: ImageTraits = { ratios: aspectRatios, sizes: ['1K', '2K', '4K'], withText: false };

/**
 * The first row that matches wins. Sources: Google's image generation page; nano-banana-2.1: @tanstack/ai-gemini 0.36.
 */
const families: readonly (readonly [RegExp, ImageTraits])[] = [
  [/^gemini-2/, { ratios: common, sizes: ['1K'], withText: true }],
  [/flash-lite-image/, { ...newest, sizes: ['1K'] }],
  [/^gemini-3\.1-flash-image/, { ...newest, sizes: imageSizes }],
  [/^gemini-3-pro-image|^nano-banana-pro/, { ...newest, ratios: common }],
];

/** The image traits of a model id (without `models/`); an unknown one is taken as a newest. */
export const imageTraits = (model: string): ImageTraits =>
  families.find(([pattern]) => pattern.test(model))?.[1] ?? newest;
