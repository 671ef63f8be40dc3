import { E } from '../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../kernel/proxy-error.ts';
import { isUnread, mayShowPicture, textOf, type LongText, type UnreadText } from '../../kernel/unread-text.ts';
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

/** Of an address that may hold brackets: base64 holds none, and is not searched for them. */
const longestName = 4096;

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

/** Where an address begins at or after a place; -1 when none does. Its first characters tell, however long it is. */
const addressAt = (text: string, from: number): number => {
  let at = from;
  while (at < from + mostBlanks && isBlank(text.charCodeAt(at))) at += 1;
  if (text[at] === '<') at += 1;
  const beginning = text.slice(at, at + longestScheme);
  return isDataUrl(beginning) || isWebAddress(beginning) ? at : -1;
};

/** What may stand behind an address: `>` where it began with `<`, and a title in quotes (CommonMark §6.4). */
const withoutTitle = (given: string): string => {
  const address = given.trim();
  const quote = address.at(-1);
  const opening = quote === '"' || quote === "'" ? address.lastIndexOf(quote, address.length - 2) : -1;
  const isTitle = opening > 0 && isBlank(address.charCodeAt(opening - 1));
  const bare = isTitle ? address.slice(0, opening).trimEnd() : address;
  return bare.endsWith('>') ? bare.slice(0, -1) : bare;
};

/** Cuts a text at its markdown pictures `![alt](url)`. Plain scanning: a text may be megabytes of base64. */
function* piecesOf(text: string): Generator<Piece, void, undefined> {
  const [middleFrom, endFrom, lineEndFrom] = [findFrom(text, ']('), findFrom(text, ')'), findFrom(text, '\n')];
  const openFrom = findFrom(text, '(');
  /** The end, past pairs of brackets in the address. */
  const outerEnd = (address: number, first: number): number => {
    let end = first;
    for (let open = openFrom(address); open < end; open = openFrom(open + 1)) {
      const next = endFrom(end + 1);
      if (next > address + longestName || /\s/.test(text.slice(end, next)) || next === text.length) return first;
      end = next;
    }
    return end;
  };
  let from = 0;
  for (let at = text.indexOf('!['); at >= 0; at = text.indexOf('![', at)) {
    const middle = middleFrom(at);
    const end = endFrom(middle);
    if (end === text.length) break;
    const address = lineEndFrom(at) < middle ? -1 : addressAt(text, middle + 2);
    if (address < 0 || address > end) {
      at += 2;
      continue;
    }
    const last = outerEnd(address, end);
    yield { text: text.slice(from, at) };
    yield { url: withoutTitle(text.slice(address, last)), markdown: text.slice(at, last + 1) };
    from = last + 1;
    at = from;
  }
  yield { text: text.slice(from) };
}

/**
 * Texts that were looked through and show no picture, though they seem to begin some: a request asks for them four
 * times, each of which would decode the text and look through it (100 ms for 8 MiB).
 */
const without = new WeakSet<UnreadText>();

const mayHold = (text: LongText): boolean => mayShowPicture(text) && !(isUnread(text) && without.has(text));

function* addressesOf(text: LongText): Generator<string, void, undefined> {
  let hasNone = true;
  for (const piece of piecesOf(textOf(text))) {
    if (!('url' in piece)) continue;
    hasNone = false;
    yield piece.url;
  }
  if (hasNone && isUnread(text)) without.add(text);
}

function* addressesIn({ parts, pictures = [] }: ModelTurn): Generator<string, void, undefined> {
  for (const part of parts) {
    const text = 'text' in part ? (part.text ?? '') : '';
    if (mayHold(text)) yield* addressesOf(text);
  }
  yield* pictures;
}

const mayShow = ({ parts, pictures = [] }: ModelTurn): boolean => {
  if (pictures.length > 0) return true;
  for (const part of parts) if ('text' in part && mayHold(part.text ?? '')) return true;
  return false;
};

const noAddresses: readonly string[] = [];

/** Addresses of the pictures of a model's turn in order. */
export const pictureAddresses = (turn: ModelTurn): Iterable<string> =>
  mayShow(turn) ? addressesIn(turn) : noAddresses;

const hasPictures = (turn: Turn): boolean =>
  turn.role === 'model' && mayShow(turn) && addressesIn(turn).next().done !== true;

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
export const addWithPictures = (into: RequestPart[], text: LongText, back: PictureReturn): void => {
  if (!mayHold(text)) {
    if (text !== '') into.push({ text });
    return;
  }
  for (const piece of piecesOf(textOf(text))) {
    if ('url' in piece) addReturned(into, piece, back);
    else if (piece.text !== '') into.push({ text: piece.text });
  }
};

/** Adds a picture that stood beside an earlier answer's text. */
export const addPictureBeside = (into: RequestPart[], url: string, back: PictureReturn): void =>
  addReturned(into, { url, markdown: `![](${url})` }, back);
