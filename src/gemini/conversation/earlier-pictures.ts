import { E } from '../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../kernel/proxy-error.ts';
import { textOf } from '../../kernel/unread-text.ts';
import { pictureFault } from '../media-kind.ts';
import type { RequestPart } from '../request.ts';
import { fromDataUrl, isDataUrl, isWebAddress } from '../inline-media.ts';
import type { Media } from './media-part.ts';
import type { ModelTurn, Turn } from './turns.ts';

/** Which pictures of earlier answers go back to the model: those of the newest answer that has any, or all. */
export type HistoryImages = 'last' | 'all';

/** What stands in for a picture that is not sent again, and before one that is. */
const placeholder = '[image]';

/** Characters that tell an address of a kind that is read. */
const longestScheme = 8;

/** Of a picture's address that is looked at to tell what it is: more blanks than these before it make it no picture. */
const mostBlanks = 64;

type Picture = { readonly url: string; readonly markdown: string };

type Piece = { readonly text: string } | Picture;

/**
 * Where a mark stands at or after a place; the text's length when it does not. Asked for places in rising order, it
 * reads the text once altogether.
 */
const findFrom = (text: string, mark: string): ((from: number) => number) => {
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
function* piecesOf(text: string): Generator<Piece, void, undefined> {
  const [middleFrom, endFrom, lineEndFrom] = [findFrom(text, ']('), findFrom(text, ')'), findFrom(text, '\n')];
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

/** Addresses of the pictures of a model's turn, in order. */
export function* pictureAddresses({ parts, pictures = [] }: ModelTurn): Generator<string, void, undefined> {
  for (const part of parts) {
    const text = 'text' in part ? textOf(part.text ?? '') : '';
    if (!text.includes('![')) continue;
    for (const piece of piecesOf(text)) if ('url' in piece) yield piece.url;
  }
  yield* pictures;
}

const hasPictures = (turn: Turn): boolean => turn.role === 'model' && pictureAddresses(turn).next().done !== true;

/** Pictures in the answers of one request. */
const mostPictures = 1000;

/** The 400 that names the answer with the first picture too many; null where there is none. */
export const tooManyPictures = (turns: readonly Turn[]): ProxyError | null => {
  let found = 0;
  for (const turn of turns) {
    if (turn.role !== 'model') continue;
    for (const _ of pictureAddresses(turn)) {
      found += 1;
      if (found > mostPictures)
        return invalid(
          `'${turn.path}': at most ${mostPictures} pictures of earlier answers are read.`,
          turn.path,
          'invalid_value',
        );
    }
  }
  return null;
};

/** From which turn on the pictures of answers go back to the model. */
export const picturesFrom = (turns: readonly Turn[], which: HistoryImages): number => {
  if (which === 'all') return 0;
  const newest = turns.findLastIndex(hasPictures);
  return newest < 0 ? turns.length : newest;
};

const picturePart = (url: string, media: Media): RequestPart | undefined => {
  if (isDataUrl(url)) {
    const blob = fromDataUrl(url, '');
    const isPicture =
      E.isRight(blob) && blob.right.mimeType.startsWith('image/') && pictureFault(blob.right.mimeType) === null;
    return isPicture ? { inlineData: blob.right } : undefined;
  }
  const read = media.get(url);
  if (read === undefined) return undefined;
  const { mimeType, data, signature } = read;
  return { inlineData: { mimeType, data }, ...(signature === null ? {} : { thoughtSignature: signature.value }) };
};

/** How pictures of one answer go back: whether they are sent, and what was read for their addresses. */
export type PictureReturn = { readonly isSent: boolean; readonly media: Media };

/** What can't be read stays as it was written. */
const addReturned = (into: RequestPart[], { url, markdown }: Picture, { isSent, media }: PictureReturn): void => {
  const part = isSent ? picturePart(url, media) : undefined;
  into.push({ text: !isSent || part !== undefined || isDataUrl(url) ? placeholder : markdown });
  if (part !== undefined) into.push(part);
};

/** Adds an earlier answer's text with its pictures as parts or as `[image]`, in order. */
export const addWithPictures = (into: RequestPart[], text: string, back: PictureReturn): void => {
  if (!text.includes('![')) {
    if (text !== '') into.push({ text });
    return;
  }
  for (const piece of piecesOf(text)) {
    if ('url' in piece) addReturned(into, piece, back);
    else if (piece.text !== '') into.push({ text: piece.text });
  }
};

/** Adds a picture that stood beside an earlier answer's text. */
export const addPictureBeside = (into: RequestPart[], url: string, back: PictureReturn): void =>
  addReturned(into, { url, markdown: `![](${url})` }, back);
