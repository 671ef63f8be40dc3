import { E } from '../../kernel/fp.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import { jsonAnswer, type Whole } from '../../ports/reply.ts';
import { dataEvent } from '../../wire/event-stream.ts';
import { openaiErrors } from '../errors.ts';
import { withFieldName } from '../named-error.ts';
import { imageNames } from '../refused-field.ts';
import type { ImageEvent, Picture } from './machine.ts';
import type { ImageRequest } from './request.ts';
import { noUsage, addUsage } from './usage.ts';

/**
 * An event with what the endpoint says beside the picture: OpenAI's name for the event, and the words of the request.
 */
export type ImageNews = { readonly event: ImageEvent; readonly head: ImageHead };

/** What all events of one answer say alike. */
export type ImageHead = {
  /** `image_generation` or `image_edit`, before `.completed` and `.partial_image`. */
  readonly name: 'image_generation' | 'image_edit';
  /** Seconds since the epoch. */
  readonly created: number;
  readonly size?: string;
  readonly quality?: string;
};

const sizes: readonly string[] = ['1024x1024', '1024x1536', '1536x1024'];
const qualities: readonly string[] = ['low', 'medium', 'high'];

const knownWord = (value: string | undefined, values: readonly string[]): string | undefined =>
  value !== undefined && values.includes(value) ? value : undefined;

/** What was asked for is told where OpenAI's schema has a word for it. */
export const imageHead = (name: ImageHead['name'], created: number, { size, quality }: ImageRequest): ImageHead => ({
  name,
  created,
  size: knownWord(size, sizes),
  quality: knownWord(quality, qualities),
});

const formats: ReadonlyMap<string, string> = new Map([
  ['image/png', 'png'],
  ['image/jpeg', 'jpeg'],
  ['image/webp', 'webp'],
]);

/** The format that came, whatever was asked for; where several came, none is told for all. */
const formatOf = ({ mimeType }: Picture): string | undefined => formats.get(mimeType);

const showPicture = (picture: Picture): object =>
  'url' in picture ? { url: picture.url } : { b64_json: picture.data };

/** OpenAI's ImagesResponse; Left when there is no picture. */
export const imagesResponse = (news: readonly ImageNews[]): E.Either<ProxyError, Whole> => {
  const drawn: Picture[] = [];
  let usage = noUsage;
  for (const { event } of news) {
    if (event.kind === 'failed') return E.left(event.error);
    if (event.kind !== 'completed') continue;
    drawn.push(event.picture);
    usage = addUsage(usage, event.usage);
  }
  const { created, size, quality } = news[0]?.head ?? {};
  const came = new Set(drawn.map(formatOf));
  const answer = {
    created,
    data: drawn.map(showPicture),
    background: 'opaque',
    output_format: came.size === 1 ? [...came][0] : undefined,
    size,
    quality,
    usage,
  };
  return E.right(jsonAnswer(answer));
};

/** Streams speak of base64 alone (ImageGenCompletedEvent); all their fields are required. */
const frameText = ({ event, head }: ImageNews): string => {
  if (event.kind === 'failed') return openaiErrors.inStream(withFieldName(imageNames)(event.error));
  const { picture } = event;
  const type = `${head.name}.${event.kind === 'draft' ? 'partial_image' : 'completed'}`;
  const told = {
    type,
    b64_json: 'data' in picture ? picture.data : '',
    created_at: head.created,
    size: head.size ?? 'auto',
    quality: head.quality ?? 'auto',
    background: 'opaque',
    output_format: formatOf(picture) ?? 'png',
    ...(event.kind === 'draft' ? { partial_image_index: event.index } : { usage: event.usage }),
  };
  return `event: ${type}\n${dataEvent(told)}`;
};

/** OpenAI's ImageGenStreamEvent or ImageEditStreamEvent. */
export const imageFrames = (news: readonly ImageNews[]): string => news.map(frameText).join('');

/** Why a stream ends without a picture. */
export const imageError = (news: readonly ImageNews[]): ProxyError | null => {
  const failed = news.find(({ event }) => event.kind === 'failed')?.event;
  return failed?.kind === 'failed' ? failed.error : null;
};
