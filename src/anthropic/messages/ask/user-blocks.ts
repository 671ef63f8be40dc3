import { E } from '../../../kernel/fp.ts';
import { isObject } from '../../../kernel/is-object.ts';
import { invalid, type ProxyError } from '../../../kernel/proxy-error.ts';
import { asPicture, blobPart, keptByGoogle, mediaPart } from '../../../gemini/conversation/media-part.ts';
import { textParts } from '../../../gemini/conversation/text-parts.ts';
import type { TurnPart } from '../../../gemini/conversation/turns.ts';
import { fromBase64, isDataUrl } from '../../../gemini/inline-media.ts';
import { longText } from '../../../wire/long-text.ts';

/** A content block as JSON has it. */
export type Block = Readonly<Record<string, unknown>>;

/** Parts of a turn; null for a block that says nothing to Gemini, or that nobody knows. */
export type BlockParts = E.Either<ProxyError, readonly TurnPart[] | null>;

/** The 400 for a field that is not what belongs there. */
export const badField = (path: string, expected: string, value: unknown): E.Either<ProxyError, never> =>
  E.left(
    value == null
      ? invalid(`Missing required parameter: '${path}' (${expected}).`, path, 'missing_required_parameter')
      : invalid(`Invalid value for '${path}': expected ${expected}.`, path, 'invalid_value'),
  );

const asList = E.map((part: TurnPart): readonly TurnPart[] => [part]);

const textBlock = ({ text }: Block, path: string): BlockParts =>
  typeof text === 'string' ? E.right(textParts(text)) : badField(`${path}.text`, 'a string', text);

const base64Part = ({ data, media_type: declared }: Block, path: string): E.Either<ProxyError, TurnPart> => {
  const at = `${path}.data`;
  if (!longText.is(data)) return badField(at, 'base64', data);
  if (isDataUrl(data)) return mediaPart(data, at);
  return E.map(blobPart)(fromBase64(data, { declared: typeof declared === 'string' ? declared : '' }, at));
};

const urlPart = ({ url }: Block, path: string): E.Either<ProxyError, TurnPart> =>
  typeof url === 'string' ? mediaPart(url, `${path}.url`) : badField(`${path}.url`, 'an address', url);

/** Files of Google's own Files API are known by their names; Anthropic's are kept at Anthropic's. */
const filePart = ({ file_id: id }: Block, path: string): E.Either<ProxyError, TurnPart> => {
  const fileUri = typeof id === 'string' ? keptByGoogle(id) : undefined;
  if (fileUri !== undefined) return E.right({ fileData: { fileUri } });
  const at = `${path}.file_id`;
  return E.left(
    invalid(`'${at}': files kept elsewhere are not known here; send the content.`, at, 'unsupported_value'),
  );
};

type ReadSource = (source: Block, path: string) => E.Either<ProxyError, TurnPart>;

const mediaSources: ReadonlyMap<unknown, ReadSource> = new Map([
  ['base64', base64Part],
  ['url', urlPart],
  ['file', filePart],
]);

const imageBlock = ({ source }: Block, path: string): BlockParts => {
  const at = `${path}.source`;
  if (!isObject(source)) return badField(at, 'an object', source);
  const read = mediaSources.get(source['type']);
  if (read === undefined) return badField(`${at}.type`, 'one of base64, url, file', source['type']);
  return asList(E.flatMap((part: TurnPart) => asPicture(part, at))(read(source, at)));
};

/** What is said of a document stands before it. */
const headOf = ({ title, context }: Block): string =>
  [
    typeof title === 'string' && title !== '' ? `Title: ${title}\n` : '',
    typeof context === 'string' && context !== '' ? `Context: ${context}\n` : '',
  ].join('');

const documentParts = (source: Block, path: string): BlockParts => {
  const { type, data, content } = source;
  if (type === 'text') {
    return longText.is(data) ? E.right(textParts(data)) : badField(`${path}.data`, 'a string', data);
  }
  if (type === 'content') return blocksOf(content, `${path}.content`);
  const read = mediaSources.get(type);
  return read === undefined
    ? badField(`${path}.type`, 'one of base64, text, content, url, file', type)
    : asList(read(source, path));
};

const documentBlock = (block: Block, path: string): BlockParts => {
  const { source } = block;
  const at = `${path}.source`;
  if (!isObject(source)) return badField(at, 'an object', source);
  return E.map((parts: readonly TurnPart[] | null) => [...textParts(headOf(block)), ...(parts ?? [])])(
    documentParts(source, at),
  );
};

const searchBlock = ({ title, source, content }: Block, path: string): BlockParts => {
  const head = [title, source].filter((one) => typeof one === 'string' && one !== '').join('\n');
  return E.map((parts: readonly TurnPart[] | null) => [...textParts(head), ...(parts ?? [])])(
    blocksOf(content, `${path}.content`),
  );
};

const readers: ReadonlyMap<unknown, (block: Block, path: string) => BlockParts> = new Map([
  ['text', textBlock],
  ['image', imageBlock],
  ['document', documentBlock],
  ['search_result', searchBlock],
]);

/** A block of what somebody says: text, picture, document or found page, as parts; null for any other. */
export const userBlock = (block: Block, path: string): BlockParts =>
  readers.get(block['type'])?.(block, path) ?? E.right(null);

/** A text, or blocks; what nobody knows is left out. */
function blocksOf(content: unknown, path: string): E.Either<ProxyError, readonly TurnPart[]> {
  if (content == null) return E.right([]);
  if (typeof content === 'string') return E.right(textParts(content));
  if (!Array.isArray(content)) return badField(path, 'a string or an array of content blocks', content);
  const parts: TurnPart[] = [];
  for (const [index, block] of content.entries()) {
    const at = `${path}.${index}`;
    if (!isObject(block)) return badField(at, 'an object', block);
    const read = userBlock(block, at);
    if (E.isLeft(read)) return read;
    for (const part of read.right ?? []) parts.push(part);
  }
  return E.right(parts);
}
