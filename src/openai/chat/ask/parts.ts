import { E, pipe, t } from '../../../kernel/fp.ts';
import { isObject } from '../../../kernel/is-object.ts';
import { invalid, type ProxyError } from '../../../kernel/proxy-error.ts';
import { textOf, type LongText } from '../../../kernel/unread-text.ts';
import {
  asPicture,
  filePartOf,
  keptByGoogle,
  mediaPart,
  soundPart,
  webPart,
} from '../../../gemini/conversation/media-part.ts';
import { textParts } from '../../../gemini/conversation/text-parts.ts';
import type { TurnPart } from '../../../gemini/conversation/turns.ts';
import { isWebAddress } from '../../../gemini/inline-media.ts';
import { decodeWith, optional, record, stringOr } from '../../../wire/codec.ts';
import { longText } from '../../../wire/long-text.ts';
import { withDetail } from '../../picture-detail.ts';

type Part = E.Either<ProxyError, TurnPart>;
type Parts = E.Either<ProxyError, readonly TurnPart[]>;

const link = stringOr(record({ url: longText, detail: optional(t.string) }));
const codecs = {
  text: record({ text: longText }),
  refusal: record({ refusal: t.string }),
  image_url: record({ image_url: link }),
  video_url: record({ video_url: link }),
  audio_url: record({ audio_url: link }),
  input_audio: record({ input_audio: record({ data: longText, format: optional(t.string) }) }),
  file: record({
    file: record({ file_data: optional(longText), filename: optional(t.string), file_id: optional(t.string) }),
  }),
};

type Link = t.TypeOf<typeof link>;

const readLink = (at: Link, path: string): Part => {
  if (typeof at === 'string') return mediaPart(at, path);
  return E.map((part: TurnPart) => withDetail(part, at.detail))(mediaPart(at.url, `${path}.url`));
};

type FilePart = t.TypeOf<typeof codecs.file>['file'];

const filePart = (file: FilePart, path: string): Part => {
  const fileUri = keptByGoogle(file.file_id);
  if (file.file_data === undefined && fileUri !== undefined) return E.right({ fileData: { fileUri } });
  if (file.file_data === undefined) {
    return E.left(
      invalid(
        `'${path}' needs file_data: files kept elsewhere (file_id) are not known here.`,
        path,
        'unsupported_value',
      ),
    );
  }
  const at = `${path}.file_data`;
  return isWebAddress(file.file_data)
    ? E.right(webPart(textOf(file.file_data), at))
    : filePartOf(file.file_data, file.filename, at);
};

const asList = (part: Part): Parts => E.map((read: TurnPart): readonly TurnPart[] => [read])(part);

const readers: Readonly<Record<string, (part: unknown, path: string) => Parts>> = {
  text: (part, path) =>
    pipe(
      decodeWith(codecs.text, path)(part),
      E.map(({ text }) => textParts(text)),
    ),
  refusal: (part, path) =>
    pipe(
      decodeWith(codecs.refusal, path)(part),
      E.map(({ refusal }) => textParts(refusal)),
    ),
  image_url: (part, path) =>
    pipe(
      decodeWith(codecs.image_url, path)(part),
      E.flatMap((read) => readLink(read.image_url, `${path}.image_url`)),
      E.flatMap((read) => asPicture(read, `${path}.image_url`)),
      asList,
    ),
  video_url: (part, path) =>
    pipe(
      decodeWith(codecs.video_url, path)(part),
      E.flatMap((read) => readLink(read.video_url, `${path}.video_url`)),
      asList,
    ),
  audio_url: (part, path) =>
    pipe(
      decodeWith(codecs.audio_url, path)(part),
      E.flatMap((read) => readLink(read.audio_url, `${path}.audio_url`)),
      asList,
    ),
  input_audio: (part, path) =>
    pipe(
      decodeWith(codecs.input_audio, path)(part),
      E.flatMap(({ input_audio: audio }) => soundPart(audio.data, audio.format, `${path}.input_audio.data`)),
      asList,
    ),
  file: (part, path) =>
    pipe(
      decodeWith(codecs.file, path)(part),
      E.flatMap(({ file }) => filePart(file, `${path}.file`)),
      asList,
    ),
};

const typed = record({ type: t.string });

/** Most parts are plain texts: they need no decoder. */
const isPlainText = (part: unknown): part is { readonly text: LongText } =>
  isObject(part) && part['type'] === 'text' && longText.is(part['text']);

const onePart = (part: unknown, path: string): Parts =>
  isPlainText(part) ? E.right(textParts(part.text)) : decodedPart(part, path);

const decodedPart = (part: unknown, path: string): Parts =>
  pipe(
    decodeWith(typed, path)(part),
    E.flatMap(({ type }) => {
      const read = Object.hasOwn(readers, type) ? readers[type] : undefined;
      return read === undefined
        ? E.left(invalid(`Unknown content part at '${path}.type'.`, `${path}.type`, 'invalid_value'))
        : read(part, path);
    }),
  );

/**
 * A message's content (string, array of parts, or nothing) as parts of a turn, in order; empty texts are dropped. An
 * array may be cut out of a longer one, `from` an item on.
 */
export const contentParts = (content: unknown, path: string, from = 0): Parts => {
  if (content == null) return E.right([]);
  if (longText.is(content)) return E.right(textParts(content));
  if (!Array.isArray(content)) {
    return E.left(
      invalid(`Invalid value for '${path}': expected a string or an array of content parts.`, path, 'invalid_type'),
    );
  }
  const read: TurnPart[] = [];
  for (const [index, part] of content.entries()) {
    const parts = onePart(part, `${path}.${from + index}`);
    if (E.isLeft(parts)) return parts;
    for (const one of parts.right) read.push(one);
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
