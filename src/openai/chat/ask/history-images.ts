import { E } from '../../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../../kernel/proxy-error.ts';
import { pictureFault } from '../../../gemini/media-kind.ts';
import type { RequestPart } from '../../../gemini/request.ts';
import { fromDataUrl, isDataUrl, isWebAddress } from '../../../gemini/inline-media.ts';
import type { Media } from './parts.ts';
import type { ChatMessage } from './request.ts';

/** Which pictures of earlier answers go back to the model: those of the newest answer that has any, or all. */
export type HistoryImages = 'last' | 'all';

/** What stands in for a picture that is not sent again, and before one that is. */
const placeholder = '[image]';

/** Characters that tell an address of a kind that is read. */
const longestScheme = 8;

/** Of a picture's address that is looked at to tell what it is: more blanks than these before it make it no picture. */
const mostBlanks = 64;

type Piece = { readonly text: string } | { readonly url: string; readonly markdown: string };

/**
 * Where a mark stands at or after a place; the text's length when it does not. Asked for places in rising order, it
 * reads the text once altogether.
 */
const finder = (text: string, mark: string): ((from: number) => number) => {
  let found = -1;
  return (from) => {
    if (found < from) found = text.indexOf(mark, from);
    if (found < 0) found = text.length;
    return found;
  };
};

const isBlank = (code: number): boolean => code <= 32 || code === 0xa0;

/** The address between these places; '' when there is none. Its first characters tell, however long it is. */
const addressIn = (text: string, from: number, to: number): string => {
  let at = from;
  while (at < to && at < from + mostBlanks && isBlank(text.charCodeAt(at))) at += 1;
  const beginning = text.slice(at, Math.min(to, at + longestScheme));
  return isDataUrl(beginning) || isWebAddress(beginning) ? text.slice(at, to).trim() : '';
};

/** Cuts a text at its markdown pictures `![alt](url)`. Plain scanning: a text may be megabytes of base64. */
function* pieces(text: string): Generator<Piece, void, undefined> {
  const [middleFrom, endFrom, lineEndFrom] = [finder(text, ']('), finder(text, ')'), finder(text, '\n')];
  let from = 0;
  for (let at = text.indexOf('!['); at >= 0; at = text.indexOf('![', at)) {
    const middle = middleFrom(at);
    const end = endFrom(middle);
    if (end === text.length) break;
    const url = lineEndFrom(at) < middle ? '' : addressIn(text, middle + 2, end);
    if (url === '') {
      at += 2;
      continue;
    }
    yield { text: text.slice(from, at) };
    yield { url, markdown: text.slice(at, end + 1) };
    from = end + 1;
    at = from;
  }
  yield { text: text.slice(from) };
}

const textsOf = ({ content }: ChatMessage): readonly string[] => {
  if (typeof content === 'string') return [content];
  return Array.isArray(content) ? content.flatMap((part: { readonly text?: unknown } | null) => (typeof part?.text === 'string' ? part.text : [])) : [];
};

/** The pictures that an assistant message carries beside its text, as OpenRouter's clients send them back. */
const besideText = ({ images }: Pick<ChatMessage, 'images'>): readonly string[] => (images ?? []).map((image) => image.image_url.url);

/** Addresses of an answer's pictures, in order. */
export function* imageAddresses(message: ChatMessage): Generator<string, void, undefined> {
  for (const text of textsOf(message)) for (const piece of pieces(text)) if ('url' in piece) yield piece.url;
  yield* besideText(message);
}

const hasImages = (message: ChatMessage): boolean => imageAddresses(message).next().done !== true;

/** Pictures in the answers of one request. */
const mostImages = 1000;

/** A 400 that names the answer with the first picture too many. */
export const withinImages = <A extends { readonly messages: readonly ChatMessage[] }>(asked: A): E.Either<ProxyError, A> => {
  let images = 0;
  for (const [index, message] of asked.messages.entries()) {
    if (message.role !== 'assistant') continue;
    for (const _ of imageAddresses(message)) {
      images += 1;
      if (images > mostImages) break;
    }
    const path = `messages.${index}.content`;
    if (images > mostImages) return E.left(invalid(`'${path}': at most ${mostImages} pictures of earlier answers are read.`, path, 'invalid_value'));
  }
  return E.right(asked);
};

/** Tells of an assistant message's index whether its pictures go back to the model. */
export const isShown = (messages: readonly ChatMessage[], which: HistoryImages): ((index: number) => boolean) => {
  const newest = messages.findLastIndex((message) => message.role === 'assistant' && hasImages(message));
  return (index) => which === 'all' || index === newest;
};

const imagePart = (url: string, media: Media): RequestPart | undefined => {
  if (isDataUrl(url)) {
    const blob = fromDataUrl(url, '');
    const isPicture = E.isRight(blob) && blob.right.mimeType.startsWith('image/') && pictureFault(blob.right.mimeType) === null;
    return isPicture ? { inlineData: blob.right } : undefined;
  }
  const read = media.get(url);
  if (read === undefined) return undefined;
  const { mimeType, data, signature } = read;
  return { inlineData: { mimeType, data }, ...(signature === null ? {} : { thoughtSignature: signature.value }) };
};

/** How pictures of one answer go back: whether they are sent, and what was read for their addresses. */
export type ImageReturn = { readonly isSent: boolean; readonly media: Media };

/** What can't be read stays as it was written. */
const returned = (url: string, written: string, { isSent, media }: ImageReturn): readonly RequestPart[] => {
  if (!isSent) return [{ text: placeholder }];
  const part = imagePart(url, media);
  return part === undefined ? [{ text: isDataUrl(url) ? placeholder : written }] : [{ text: placeholder }, part];
};

/** An earlier answer's text with its pictures as parts or as `[image]`, in order. */
export const withImages = (text: string, back: ImageReturn): readonly RequestPart[] =>
  (text.includes('![') ? [...pieces(text)] : [{ text }]).flatMap((piece): readonly RequestPart[] => {
    if ('text' in piece) return piece.text === '' ? [] : [{ text: piece.text }];
    return returned(piece.url, piece.markdown, back);
  });

/** The pictures that stood beside an earlier answer's text. */
export const imagesBeside = (message: Pick<ChatMessage, 'images'>, back: ImageReturn): readonly RequestPart[] =>
  besideText(message).flatMap((url) => returned(url, `![](${url})`, back));
