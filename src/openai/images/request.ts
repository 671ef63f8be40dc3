import { E, pipe, t } from '../../kernel/fp.ts';
import { isObject } from '../../kernel/is-object.ts';
import { invalid, type InvalidCode, type ProxyError } from '../../kernel/proxy-error.ts';
import { imageBounds } from '../field-bounds.ts';
import { decodeWithin, oneOf, within } from '../../wire/codec.ts';
import { optionalField } from '../../wire/form-fields.ts';
import { imageSources, type ImageSource } from './sources.ts';

const words: Readonly<Record<string, unknown>> = { true: true, false: false };

const meantValue = (value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  const plain = value.trim().toLowerCase();
  if (Object.hasOwn(words, plain)) return words[plain];
  return plain !== '' && Number.isFinite(Number(plain)) ? Number(plain) : value;
};

/** Forms hold text alone: `3` and `true` stand for what they say. */
const spelledField = <A>(codec: t.Type<A, unknown>): t.Type<A | undefined, unknown> =>
  optionalField(
    new t.Type<A, unknown>(
      codec.name,
      codec.is,
      (value, context) => codec.validate(meantValue(value), context),
      t.identity,
    ),
  );

/** 0 and less say nothing of a size. */
const pixels: t.Type<number | undefined, unknown> = spelledField(within(-1, 99_999, 'whole'));

/** `base64` is Together's word for it. */
const shownAs: t.Type<'url' | 'b64_json', unknown> = (() => {
  const codec = oneOf(['url', 'b64_json']);
  return new t.Type(
    codec.name,
    codec.is,
    (value, context) => codec.validate(value === 'base64' ? 'b64_json' : value, context),
    t.identity,
  );
})();

/** The parameters of OpenAI's CreateImageRequest and CreateImageEditRequest, as JSON or as a form. */
const parameters = t.type({
  prompt: t.string,
  model: optionalField(t.string),
  n: spelledField(within(1, 10, 'whole')),
  size: optionalField(t.string),
  /** Shape and size as LobeChat, Cherry Studio and Google's own configuration name them. */
  aspectRatio: optionalField(t.string),
  aspect_ratio: optionalField(t.string),
  resolution: optionalField(t.string),
  imageSize: optionalField(t.string),
  image_size: optionalField(t.string),
  /** Together's two halves of a size. */
  width: pixels,
  height: pixels,
  quality: optionalField(oneOf(['auto', 'low', 'medium', 'high', 'standard', 'hd'])),
  style: optionalField(oneOf(['vivid', 'natural'])),
  background: optionalField(oneOf(['auto', 'opaque', 'transparent'])),
  output_format: optionalField(oneOf(['png', 'jpeg', 'webp'])),
  output_compression: spelledField(within(0, 100, 'whole')),
  response_format: optionalField(shownAs),
  stream: spelledField(t.boolean),
  partial_images: spelledField(within(0, 3, 'whole')),
  moderation: optionalField(oneOf(['auto', 'low'])),
  input_fidelity: optionalField(oneOf(['low', 'high'])),
  user: optionalField(t.string),
  image: t.unknown,
  images: t.unknown,
  mask: t.unknown,
});

type Parameters = t.TypeOf<typeof parameters>;

/** A request for pictures: from a prompt alone, or from pictures and a prompt. */
export type ImageRequest = Omit<Parameters, 'image' | 'images' | 'mask'> & { readonly sources: readonly ImageSource[] };

const refusedParameter = (message: string, param: string, code: InvalidCode): ProxyError =>
  invalid(message, param, code);

const parameterError = ({ prompt, background, mask }: Parameters): ProxyError | null => {
  if (prompt.trim() === '') return refusedParameter("'prompt' must not be empty.", 'prompt', 'invalid_value');
  if (background === 'transparent')
    return refusedParameter("'background': Gemini draws no transparency.", 'background', 'unsupported_value');
  if (mask != null && mask !== '')
    return refusedParameter(
      "'mask' is not supported: say in the prompt what is to change and what is to stay.",
      'mask',
      'unsupported_parameter',
    );
  return null;
};

const withSources = (read: Parameters): E.Either<ProxyError, ImageRequest> => {
  const fault = parameterError(read);
  if (fault !== null) return E.left(fault);
  const { image, images, mask: _, ...rest } = read;
  return pipe(
    image == null || image === '' ? imageSources(images, 'images') : imageSources(image, 'image'),
    E.map((sources) => ({ ...rest, sources })),
  );
};

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields => (isObject(value) ? value : {});

/** Where shape and size stand together: as in chat, for clients that send one set of options to both. */
const configIn = (body: Fields): Fields => {
  const google = fieldsOf(body['google'] ?? fieldsOf(body['extra_body'])['google']);
  const all = fieldsOf(body['generationConfig']);
  return fieldsOf(
    google['image_config'] ??
      google['imageConfig'] ??
      body['image_config'] ??
      body['imageConfig'] ??
      all['imageConfig'],
  );
};

const wishes: readonly (readonly string[])[] = [
  ['aspectRatio', 'aspect_ratio'],
  ['imageSize', 'image_size', 'resolution'],
];

/** The same body with them where they are read; what stands there already goes first. */
const withConfig = (body: unknown): unknown => {
  const config = configIn(fieldsOf(body));
  const open = wishes.filter((names) => names.every((name) => fieldsOf(body)[name] == null));
  const named = open.flat().filter((name) => config[name] !== undefined);
  return named.length === 0
    ? body
    : { ...fieldsOf(body), ...Object.fromEntries(named.map((name) => [name, config[name]])) };
};

const decodeFields = decodeWithin(imageBounds, parameters);

/** Decodes the body of POST /v1/images/generations. Pictures beside the prompt are taken as what to go by. */
export const decodeGeneration = (body: unknown): E.Either<ProxyError, ImageRequest> =>
  pipe(decodeFields(withConfig(body)), E.flatMap(withSources));

/** Decodes the body of POST /v1/images/edits: there must be a picture. */
export const decodeEdit = (body: unknown): E.Either<ProxyError, ImageRequest> =>
  pipe(
    decodeGeneration(body),
    E.filterOrElse(
      ({ sources }) => sources.length > 0,
      () => refusedParameter("Missing required parameter: 'image'.", 'image', 'missing_required_parameter'),
    ),
  );
