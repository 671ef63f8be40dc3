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
import { decodeWith, oneOf, optional, record } from '../../../wire/codec.ts';
import { longText } from '../../../wire/long-text.ts';
import { withDetail } from '../../picture-detail.ts';

type Part = E.Either<ProxyError, TurnPart>;
type Parts = E.Either<ProxyError, readonly TurnPart[]>;

const text = optional(t.string);
const long = optional(longText);
const codecs = {
  text: record({ text: longText }),
  refusal: record({ refusal: t.string }),
  image: record({ image_url: long, file_id: text, detail: optional(oneOf(['low', 'high', 'auto', 'original'])) }),
  file: record({ file_data: long, file_url: text, file_id: text, filename: text }),
  audio: record({ input_audio: record({ data: longText, format: text }) }),
};

const elsewhere = (path: string, instead: string): E.Either<ProxyError, never> =>
  E.left(
    invalid(
      `'${path}.file_id': files kept elsewhere are not known here; send ${instead}.`,
      `${path}.file_id`,
      'unsupported_value',
    ),
  );

const missing = (path: string): E.Either<ProxyError, never> =>
  E.left(invalid(`Missing required parameter: '${path}'.`, path, 'missing_required_parameter'));

/** A file by the id that Google gave it; null where it is named in no other way. */
const keptFile = (id: string | undefined): TurnPart | null => {
  const fileUri = keptByGoogle(id);
  return fileUri === undefined ? null : { fileData: { fileUri } };
};

const readImage = (part: unknown, path: string): Part =>
  pipe(
    decodeWith(codecs.image, path)(part),
    E.flatMap(({ image_url: url, file_id: id, detail }): Part => {
      const kept = keptFile(id);
      if (url !== undefined) {
        const at = `${path}.image_url`;
        return pipe(
          mediaPart(url, at),
          E.map((read) => withDetail(read, detail)),
          E.flatMap((read) => asPicture(read, at)),
        );
      }
      if (kept !== null) return E.right(kept);
      return id === undefined ? missing(`${path}.image_url`) : elsewhere(path, 'image_url');
    }),
  );

const readFile = (part: unknown, path: string): Part =>
  pipe(
    decodeWith(codecs.file, path)(part),
    E.flatMap(({ file_data: data, file_url: url, file_id: id, filename }): Part => {
      const kept = keptFile(id);
      if (data !== undefined) {
        const at = `${path}.file_data`;
        return isWebAddress(data) ? E.right(webPart(textOf(data), at)) : filePartOf(data, filename, at);
      }
      if (url !== undefined) return mediaPart(url, `${path}.file_url`);
      if (kept !== null) return E.right(kept);
      return id === undefined ? missing(`${path}.file_data`) : elsewhere(path, 'file_data or file_url');
    }),
  );

const readText = (part: unknown, path: string): Parts =>
  E.map((read: t.TypeOf<typeof codecs.text>) => textParts(read.text))(decodeWith(codecs.text, path)(part));

const asList = (part: Part): Parts => E.map((read: TurnPart): readonly TurnPart[] => [read])(part);

const readers: Readonly<Record<string, (part: unknown, path: string) => Parts>> = {
  input_text: readText,
  output_text: readText,
  text: readText,
  summary_text: readText,
  reasoning_text: readText,
  refusal: (part, path) =>
    E.map((read: t.TypeOf<typeof codecs.refusal>) => textParts(read.refusal))(decodeWith(codecs.refusal, path)(part)),
  input_image: (part, path) => asList(readImage(part, path)),
  computer_screenshot: (part, path) => asList(readImage(part, path)),
  input_file: (part, path) => asList(readFile(part, path)),
  input_audio: (part, path) =>
    pipe(
      decodeWith(codecs.audio, path)(part),
      E.flatMap(({ input_audio: audio }) => soundPart(audio.data, audio.format, `${path}.input_audio.data`)),
      asList,
    ),
};

const typed = record({ type: t.string });

const isPlainText = (part: unknown): part is { readonly text: LongText } =>
  isObject(part) &&
  (part['type'] === 'input_text' || part['type'] === 'output_text') &&
  longText.is(part['text']);

const onePart = (part: unknown, path: string): Parts => {
  if (isPlainText(part)) return E.right(textParts(part.text));
  return pipe(
    decodeWith(typed, path)(part),
    E.flatMap(({ type }) => {
      const read = Object.hasOwn(readers, type) ? readers[type] : undefined;
      return read === undefined
        ? E.left(invalid(`Unknown content part at '${path}.type'.`, `${path}.type`, 'invalid_value'))
        : read(part, path);
    }),
  );
};

/** What a message or an output holds, a text or a list of parts, as parts of a turn; empty texts are dropped. `from`: where a cut list begins. */
export const itemParts = (content: unknown, path: string, from = 0): Parts => {
  if (longText.is(content)) return E.right(textParts(content));
  if (!Array.isArray(content)) {
    return content == null
      ? E.right([])
      : E.left(invalid(`Invalid value for '${path}': expected a string or an array of parts.`, path, 'invalid_type'));
  }
  const read: TurnPart[] = [];
  for (let at = 0; at < content.length; at += 1) {
    const parts = onePart(content[at], `${path}.${from + at}`);
    if (E.isLeft(parts)) return parts;
    for (const part of parts.right) read.push(part);
  }
  return E.right(read);
};
