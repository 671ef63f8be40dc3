import { E, pipe, t } from '../../../kernel/fp.ts';
import { wellFormed } from '../../../kernel/well-formed.ts';
import { isObject } from '../../../kernel/is-object.ts';
import { invalid, type ProxyError } from '../../../kernel/proxy-error.ts';
import { pictureFault } from '../../../gemini/media-kind.ts';
import type { Blob, MediaLevel, RequestPart } from '../../../gemini/request.ts';
import type { SignedImage } from '../../../ports/images.ts';
import { decodeWith, optional, stringOr } from '../../../wire/codec.ts';
import { fromBase64, fromDataUrl, isDataUrl, isReadByGemini, isWebAddress } from '../../../gemini/inline-media.ts';

type Parts = E.Either<ProxyError, readonly RequestPart[]>;

/** What was read for the web addresses in a request. */
export type Media = ReadonlyMap<string, SignedImage>;

const link = stringOr(t.type({ url: t.string, detail: optional(t.string) }));
const codecs = {
  text: t.type({ text: t.string }),
  refusal: t.type({ refusal: t.string }),
  image_url: t.type({ image_url: link }),
  video_url: t.type({ video_url: link }),
  audio_url: t.type({ audio_url: link }),
  input_audio: t.type({ input_audio: t.type({ data: t.string, format: optional(t.string) }) }),
  file: t.type({
    file: t.type({ file_data: optional(t.string), filename: optional(t.string), file_id: optional(t.string) }),
  }),
};

/** OpenAI's picture detail as Gemini's media resolution; `auto` leaves it to the model. */
const levels: ReadonlyMap<string, MediaLevel> = new Map([['low', 'MEDIA_RESOLUTION_LOW'], ['high', 'MEDIA_RESOLUTION_HIGH']]);

/** One text as parts: none when it is empty, since Gemini takes no empty part. */
export const textParts = (text: string): readonly RequestPart[] => (text === '' ? [] : [{ text: wellFormed(text) }]);

const inline = (inlineData: { readonly mimeType: string; readonly data: string }): RequestPart => ({ inlineData });

const fromWeb = (url: string, path: string, media: Media): E.Either<ProxyError, RequestPart> => {
  if (isReadByGemini(url)) return E.right({ fileData: { fileUri: url } });
  const read = media.get(url);
  return read === undefined
    ? E.left(invalid(`'${path}' could not be read: send the content as a data: URL.`, path, 'unsupported_value'))
    : E.right(inline({ mimeType: read.mimeType, data: read.data }));
};

const fromLink = (url: string, path: string, media: Media): E.Either<ProxyError, RequestPart> => {
  if (isDataUrl(url)) return pipe(fromDataUrl(url, path), E.map(inline));
  return isWebAddress(url) ? fromWeb(url, path, media) : pipe(fromBase64(url, { declared: '' }, path), E.map(inline));
};

type Link = t.TypeOf<typeof link>;

const linked = (at: Link, path: string, media: Media): Parts => {
  const url = typeof at === 'string' ? at : at.url;
  const level = typeof at === 'string' ? undefined : levels.get(at.detail ?? '');
  return pipe(
    fromLink(url, typeof at === 'string' ? path : `${path}.url`, media),
    E.map((part) => [{ ...part, ...(level === undefined ? {} : { mediaResolution: { level } }) }]),
  );
};

/** What browsers draw and Gemini does not is refused where a picture is meant. */
const noMarkup = (parts: readonly RequestPart[], path: string): E.Either<ProxyError, void> => {
  const fault = pictureFault(parts[0]?.inlineData?.mimeType ?? '');
  return fault === null ? E.right(undefined) : E.left(invalid(`'${path}' ${fault}.`, path, 'invalid_value'));
};

type FilePart = t.TypeOf<typeof codecs.file>['file'];

/** The Files API's own name of a file, `files/abc`, or its whole address. */
const keptByGoogle = (id = ''): string | undefined => {
  const address = /^files\/[\w-]+$/.test(id) ? `https://generativelanguage.googleapis.com/v1beta/${id}` : id;
  return isReadByGemini(address) ? address : undefined;
};

/** A drawing sent as a file is read as the text that it is. */
const fileBlob = (data: string, name: string | undefined, path: string): E.Either<ProxyError, Blob> =>
  pipe(
    isDataUrl(data) ? fromDataUrl(data, path, name) : fromBase64(data, { declared: '', name }, path),
    E.map((blob) => (blob.mimeType === 'image/svg+xml' ? { ...blob, mimeType: 'text/xml' } : blob)),
  );

const fileParts = (file: FilePart, path: string, media: Media): Parts => {
  const fileUri = keptByGoogle(file.file_id);
  if (file.file_data === undefined && fileUri !== undefined) return E.right([{ fileData: { fileUri } }]);
  if (file.file_data === undefined) {
    return E.left(invalid(`'${path}' needs file_data: files kept elsewhere (file_id) are not known here.`, path, 'unsupported_value'));
  }
  const at = `${path}.file_data`;
  const part = isWebAddress(file.file_data) ? fromWeb(file.file_data, at, media) : pipe(fileBlob(file.file_data, file.filename, at), E.map(inline));
  return pipe(part, E.map((read) => [read]));
};

const readers: Readonly<Record<string, (part: unknown, path: string, media: Media) => Parts>> = {
  text: (part, path) => pipe(decodeWith(codecs.text, path)(part), E.map(({ text }) => textParts(text))),
  refusal: (part, path) => pipe(decodeWith(codecs.refusal, path)(part), E.map(({ refusal }) => textParts(refusal))),
  image_url: (part, path, media) =>
    pipe(
      decodeWith(codecs.image_url, path)(part),
      E.flatMap((read) => linked(read.image_url, `${path}.image_url`, media)),
      E.tap((parts) => noMarkup(parts, `${path}.image_url`)),
    ),
  video_url: (part, path, media) =>
    pipe(decodeWith(codecs.video_url, path)(part), E.flatMap((read) => linked(read.video_url, `${path}.video_url`, media))),
  audio_url: (part, path, media) =>
    pipe(decodeWith(codecs.audio_url, path)(part), E.flatMap((read) => linked(read.audio_url, `${path}.audio_url`, media))),
  input_audio: (part, path) =>
    pipe(
      decodeWith(codecs.input_audio, path)(part),
      E.flatMap(({ input_audio: audio }) =>
        isDataUrl(audio.data)
          ? fromDataUrl(audio.data, `${path}.input_audio.data`)
          : fromBase64(audio.data, { declared: `audio/${audio.format ?? 'wav'}` }, `${path}.input_audio.data`),
      ),
      E.map((blob) => [inline(blob)]),
    ),
  file: (part, path, media) => pipe(decodeWith(codecs.file, path)(part), E.flatMap(({ file }) => fileParts(file, `${path}.file`, media))),
};

const typed = t.type({ type: t.string });

/** Most parts are plain texts: they need no decoder. */
const isPlainText = (part: unknown): part is { readonly text: string } => isObject(part) && part['type'] === 'text' && typeof part['text'] === 'string';

const onePart = (part: unknown, path: string, media: Media): Parts => (isPlainText(part) ? E.right(textParts(part.text)) : decodedPart(part, path, media));

const decodedPart = (part: unknown, path: string, media: Media): Parts =>
  pipe(
    decodeWith(typed, path)(part),
    E.flatMap(({ type }) => {
      const read = Object.hasOwn(readers, type) ? readers[type] : undefined;
      return read === undefined
        ? E.left(invalid(`Unknown content part at '${path}.type'.`, `${path}.type`, 'invalid_value'))
        : read(part, path, media);
    }),
  );

/** A message's content (string, array of parts, or nothing) as Gemini's parts, in order; empty texts are dropped. */
export const contentParts = (content: unknown, path: string, media: Media): Parts => {
  if (content == null) return E.right([]);
  if (typeof content === 'string') return E.right(textParts(content));
  if (!Array.isArray(content)) {
    return E.left(invalid(`Invalid value for '${path}': expected a string or an array of content parts.`, path, 'invalid_type'));
  }
  const read: RequestPart[] = [];
  for (const [index, part] of content.entries()) {
    const parts = onePart(part, `${path}.${index}`, media);
    if (E.isLeft(parts)) return parts;
    read.push(...parts.right);
  }
  return E.right(read);
};

/** True for an array whose every item looks like a content part; results of tools may be any other JSON too. */
export const isContentParts = (content: unknown): content is readonly unknown[] =>
  Array.isArray(content) &&
  content.length > 0 &&
  content.every((part) => {
    const read = typed.decode(part);
    return E.isRight(read) && Object.hasOwn(readers, read.right.type);
  });
