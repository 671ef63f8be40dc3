import { E } from '../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../kernel/proxy-error.ts';
import { textOf, type LongText } from '../../kernel/unread-text.ts';
import { fromBase64, fromDataUrl, isDataUrl, isReadByGemini, isWebAddress } from '../inline-media.ts';
import { pictureFault } from '../media-kind.ts';
import type { Blob, RequestBlob, RequestPart } from '../request.ts';
import type { LinkedMedia, TurnPart } from './turns.ts';

/** What was read for an address, and the thought signature of a picture that came from an answer. */
export type GatheredMedia = Blob & { readonly signature: { readonly value: string } | null };

/** What was read for the web addresses in a request. */
export type Media = ReadonlyMap<string, GatheredMedia>;

/** Media as a part. */
export const blobPart = (inlineData: RequestBlob): RequestPart => ({ inlineData });

/** Media by web address: Gemini reads some itself, the rest is to be gathered. */
export const webPart = (address: string, path: string): TurnPart => {
  const url = address.trim();
  return isReadByGemini(url) ? { fileData: { fileUri: url } } : { link: { url, path } };
};

/** Media by a data: URL, a web address, or bare base64. */
export const mediaPart = (url: LongText, path: string): E.Either<ProxyError, TurnPart> => {
  if (isDataUrl(url)) return E.map(blobPart)(fromDataUrl(url, path));
  return isWebAddress(url)
    ? E.right(webPart(textOf(url), path))
    : E.map(blobPart)(fromBase64(url, { declared: '' }, path));
};

/** Sound in a data: URL or in base64, of this format or WAV. */
export const soundPart = (
  data: LongText,
  format: string | undefined,
  path: string,
): E.Either<ProxyError, RequestPart> =>
  E.map(blobPart)(
    isDataUrl(data) ? fromDataUrl(data, path) : fromBase64(data, { declared: `audio/${format ?? 'wav'}` }, path),
  );

/** A file in a data: URL or in base64; a drawing sent as a file is read as the text that it is. */
export const filePartOf = (data: LongText, name: string | undefined, path: string): E.Either<ProxyError, RequestPart> =>
  E.map((blob: RequestBlob) => blobPart(blob.mimeType === 'image/svg+xml' ? { ...blob, mimeType: 'text/xml' } : blob))(
    isDataUrl(data) ? fromDataUrl(data, path, name) : fromBase64(data, { declared: '', name }, path),
  );

/** The address of a file that Google keeps, by its own name `files/abc` or that address; undefined for any other. */
export const keptByGoogle = (id = ''): string | undefined => {
  const address = /^files\/[\w-]+$/.test(id) ? `https://generativelanguage.googleapis.com/v1beta/${id}` : id;
  return isReadByGemini(address) ? address : undefined;
};

/** The 400 for a picture that is of a kind which browsers draw and Gemini does not; null for any other. */
const pictureRefused = (mimeType: string, path: string): ProxyError | null => {
  const fault = pictureFault(mimeType);
  return fault === null ? null : invalid(`'${path}' ${fault}.`, path, 'invalid_value');
};

/** A part that may be no picture where one is meant, checked now or once it is gathered. */
export const asPicture = (part: TurnPart, path: string): E.Either<ProxyError, TurnPart> => {
  if ('link' in part) return E.right({ ...part, link: { ...part.link, pictureAt: path } });
  const fault = pictureRefused(part.inlineData?.mimeType ?? '', path);
  return fault === null ? E.right(part) : E.left(fault);
};

/** What was gathered in place of its address. */
const gatheredPart = ({ link, level }: LinkedMedia, media: Media): E.Either<ProxyError, RequestPart> => {
  const { url, path, pictureAt } = link;
  const read = media.get(url);
  if (read === undefined)
    return E.left(invalid(`'${path}' could not be read: send the content as a data: URL.`, path, 'unsupported_value'));
  const fault = pictureAt === undefined ? null : pictureRefused(read.mimeType, pictureAt);
  if (fault !== null) return E.left(fault);
  const inlineData = { mimeType: read.mimeType, data: read.data };
  return E.right(level === undefined ? { inlineData } : { inlineData, mediaResolution: { level } });
};

/**
 * Adds a part as Gemini takes it; `rich` models take mediaResolution on a part. Left where it could not be gathered.
 */
export const sentPart = (part: TurnPart, media: Media, rich: boolean): E.Either<ProxyError, RequestPart> => {
  const read = 'link' in part ? gatheredPart(part, media) : E.right(part);
  if (rich || E.isLeft(read) || read.right.mediaResolution === undefined) return read;
  const { mediaResolution: _, ...plain } = read.right;
  return E.right(plain);
};

const isAsSent = (part: TurnPart): part is RequestPart => !('link' in part) && part.mediaResolution === undefined;

/** The same for all parts of a turn. */
export const sentParts = (
  parts: readonly TurnPart[],
  media: Media,
  rich: boolean,
): E.Either<ProxyError, readonly RequestPart[]> => {
  if (parts.every(isAsSent)) return E.right(parts);
  const sent: RequestPart[] = [];
  for (const part of parts) {
    const read = sentPart(part, media, rich);
    if (E.isLeft(read)) return read;
    sent.push(read.right);
  }
  return E.right(sent);
};
