import { E, pipe, t } from '../../kernel/fp.ts';
import { invalid, type InvalidCode, type ProxyError } from '../../kernel/proxy-error.ts';
import { decodeWith, oneOf, within } from '../codec.ts';
import { imageSources, type ImageSource } from './sources.ts';

/** Absent, null and an empty field of a form are the same. */
const field = <A>(codec: t.Type<A, unknown>): t.Type<A | undefined, unknown> =>
  new t.Type<A | undefined, unknown>(
    codec.name,
    (value): value is A | undefined => value === undefined || codec.is(value),
    (value, context) => (value == null || value === '' ? t.success(undefined) : codec.validate(value, context)),
    t.identity,
  );

const words: Readonly<Record<string, unknown>> = { true: true, false: false };

const meant = (value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  const plain = value.trim().toLowerCase();
  if (Object.hasOwn(words, plain)) return words[plain];
  return plain !== '' && Number.isFinite(Number(plain)) ? Number(plain) : value;
};

/** Forms hold text alone: `3` and `true` stand for what they say. */
const spelled = <A>(codec: t.Type<A, unknown>): t.Type<A | undefined, unknown> =>
  field(new t.Type<A, unknown>(codec.name, codec.is, (value, context) => codec.validate(meant(value), context), t.identity));

/** The parameters of OpenAI's CreateImageRequest and CreateImageEditRequest, as JSON or as a form. */
const parameters = t.type({
  prompt: t.string,
  model: field(t.string),
  n: spelled(within(1, 10, 'whole')),
  size: field(t.string),
  quality: field(oneOf(['auto', 'low', 'medium', 'high', 'standard', 'hd'])),
  style: field(oneOf(['vivid', 'natural'])),
  background: field(oneOf(['auto', 'opaque', 'transparent'])),
  output_format: field(oneOf(['png', 'jpeg', 'webp'])),
  output_compression: spelled(within(0, 100, 'whole')),
  response_format: field(oneOf(['url', 'b64_json'])),
  stream: spelled(t.boolean),
  partial_images: spelled(within(0, 3, 'whole')),
  moderation: field(oneOf(['auto', 'low'])),
  input_fidelity: field(oneOf(['low', 'high'])),
  user: field(t.string),
  image: t.unknown,
  images: t.unknown,
  mask: t.unknown,
});

type Parameters = t.TypeOf<typeof parameters>;

/** A request for pictures: from a prompt alone, or from pictures and a prompt. */
export type ImageRequest = Omit<Parameters, 'image' | 'images' | 'mask'> & { readonly sources: readonly ImageSource[] };

const refused = (message: string, param: string, code: InvalidCode): ProxyError => invalid(message, param, code);

const faultOf = ({ prompt, background, mask }: Parameters): ProxyError | null => {
  if (prompt.trim() === '') return refused("'prompt' must not be empty.", 'prompt', 'invalid_value');
  if (background === 'transparent') return refused("'background': Gemini draws no transparency.", 'background', 'unsupported_value');
  if (mask != null && mask !== '') return refused("'mask' is not supported: say in the prompt what is to change and what is to stay.", 'mask', 'unsupported_parameter');
  return null;
};

const withSources = (read: Parameters): E.Either<ProxyError, ImageRequest> => {
  const fault = faultOf(read);
  if (fault !== null) return E.left(fault);
  const { image, images, mask: _, ...rest } = read;
  return pipe(
    image == null || image === '' ? imageSources(images, 'images') : imageSources(image, 'image'),
    E.map((sources) => ({ ...rest, sources })),
  );
};

/** Decodes the body of POST /v1/images/generations. Pictures beside the prompt are taken as what to go by. */
export const decodeGeneration = (body: unknown): E.Either<ProxyError, ImageRequest> => pipe(decodeWith(parameters)(body), E.flatMap(withSources));

/** Decodes the body of POST /v1/images/edits: there must be a picture. */
export const decodeEdit = (body: unknown): E.Either<ProxyError, ImageRequest> =>
  pipe(
    decodeGeneration(body),
    E.filterOrElse(
      ({ sources }) => sources.length > 0,
      () => refused("Missing required parameter: 'image'.", 'image', 'missing_required_parameter'),
    ),
  );
