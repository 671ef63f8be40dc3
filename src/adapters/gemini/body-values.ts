import { StringDecoder } from 'node:string_decoder';
import { atOnce } from '../../kernel/breathe.ts';
import { joinPieces, type PiecedBytes } from '../../kernel/pieced-bytes.ts';
import { bytePieces, type BytePieces } from './byte-pieces.ts';
import { endsEvent, mostCharacters, soleEvent, splitEvents, tooLong, type Splitter } from './split-events.ts';

/** How an answer's values came: each in an event or an array as it was made, or the one whole value of the body. */
export type Framing = 'stream' | 'whole';

const quote = 34;
const backslash = 92;
const openers: ReadonlySet<number> = new Set([123, 91]);
const closers: ReadonlySet<number> = new Set([125, 93]);

/** Follows JSON character by character: tells where an element of the outermost array begins and where it ends. */
const elementBorders = (): {
  readonly step: (code: number) => 'begins' | 'ends' | null;
  readonly isInside: () => boolean;
} => {
  const state = { depth: 0, inString: false, escaped: false };
  const stepInString = (code: number): null => {
    if (state.escaped) state.escaped = false;
    else if (code === backslash) state.escaped = true;
    else if (code === quote) state.inString = false;
    return null;
  };
  const step = (code: number): 'begins' | 'ends' | null => {
    if (state.inString) return stepInString(code);
    if (code === quote) state.inString = true;
    else if (openers.has(code)) {
      state.depth += 1;
      if (state.depth === 2) return 'begins';
    } else if (closers.has(code)) {
      state.depth -= 1;
      if (state.depth === 1) return 'ends';
    }
    return null;
  };
  return { step, isInside: () => state.depth >= 2 };
};

/** The elements of a JSON array that comes in pieces: what Google sends for a stream without `alt=sse`. */
const splitElements = (): Splitter => {
  const { step, isInside } = elementBorders();
  let pieces: string[] = [];
  let size = 0;
  const feed = (text: string): readonly string[] => {
    const complete: string[] = [];
    let from = 0;
    for (let at = 0; at < text.length; at += 1) {
      const border = step(text.charCodeAt(at));
      if (border === 'begins') from = at;
      if (border === 'ends') {
        complete.push([...pieces, text.slice(from, at + 1)].join(''));
        pieces = [];
        size = 0;
      }
    }
    if (isInside()) {
      pieces.push(text.slice(from));
      size += text.length - from;
      if (size > mostCharacters) throw tooLong();
    }
    return complete;
  };
  return { feed, end: () => [] };
};

/** Shorter pieces are gathered until there is so much, or something in them may end a value. */
const leastPiece = 512;
const mostGathered = 4096;

const mayEnd = (text: string): boolean =>
  text.includes('\n') || text.includes('\r') || text.includes('}') || text.includes(']');

/**
 * How far a body is, in one record: each object more is one for a frame to look at. `isCut`: its last character may be
 * cut. `gathered`: what waits to be split. `isBetween`: what comes next begins an event. `whole`: it is one value.
 */
type SoFar = {
  isBegun: boolean;
  decoder: StringDecoder | null;
  isCut: boolean;
  gathered: string;
  isList: boolean;
  isBetween: boolean;
  splitter: Splitter | null;
  whole: BytePieces | null;
};

/** Bytes as text. Where nothing is cut at their end, which is so at the end of an event, no decoder is needed. */
const decode = (soFar: SoFar, bytes: Buffer): string => {
  const wasCut = soFar.isCut;
  soFar.isCut = (bytes[bytes.length - 1] ?? 0) > 0x7f;
  if (!wasCut && !soFar.isCut) return bytes.toString('utf8');
  soFar.decoder ??= new StringDecoder('utf8');
  return soFar.decoder.write(bytes);
};

/** What is to be split now; '' where more is gathered. Tiny pieces would take a hundred times their size one by one. */
const gather = (soFar: SoFar, text: string): string => {
  const all = soFar.gathered === '' ? text : soFar.gathered + text;
  const isEnough = text.length >= leastPiece || soFar.gathered.length >= mostGathered || mayEnd(text);
  soFar.gathered = isEnough ? '' : all;
  return isEnough ? all : '';
};

/** Events that come by themselves, as nearly all do that have a pause between them, need no parser. */
const splitText = (soFar: SoFar, text: string): readonly string[] => {
  const sole = soFar.isBetween ? soleEvent(text) : null;
  if (sole !== null) return [sole];
  soFar.isBetween = !soFar.isList && endsEvent(text);
  soFar.splitter ??= soFar.isList ? splitElements() : splitEvents();
  return soFar.splitter.feed(text);
};

const addWhole = (whole: BytePieces, bytes: Buffer): readonly string[] => {
  whole.add(bytes);
  if (whole.size() > mostCharacters) throw tooLong();
  return [];
};

const feedBegun = (soFar: SoFar, bytes: Buffer): readonly string[] => {
  if (soFar.whole !== null) return addWhole(soFar.whole, bytes);
  const text = gather(soFar, decode(soFar, bytes));
  return text === '' ? [] : splitText(soFar, text);
};

/** Blanks, and the bytes of a byte order mark. */
const blank: ReadonlySet<number> = new Set([9, 10, 13, 32, 0xef, 0xbb, 0xbf]);

/** Where the first byte stands that is none of these; their length where there is none. */
const placeOfFirst = (bytes: Buffer): number => {
  let at = 0;
  while (at < bytes.length && blank.has(bytes[at] ?? 0)) at += 1;
  return at;
};

const openObject = 123;
const openList = 91;

const beginAs = (soFar: SoFar, isList: boolean): void => {
  soFar.isBegun = true;
  soFar.isList = isList;
  soFar.isBetween = !isList;
};

/** The first character tells the form: Google labels errors and arrays as event streams too. */
const begin = (soFar: SoFar, bytes: Buffer): readonly string[] => {
  const at = placeOfFirst(bytes);
  const first = bytes[at];
  if (first === undefined) return [];
  beginAs(soFar, first === openList);
  if (first === openObject) soFar.whole = bytePieces();
  return feedBegun(soFar, bytes.subarray(at));
};

/** A long body that is one JSON value. */
export type LongBody = { readonly long: PiecedBytes };

const endOf = (soFar: SoFar): readonly string[] | LongBody => {
  if (soFar.whole !== null) {
    const bytes = soFar.whole.whole();
    return soFar.whole.size() > atOnce ? { long: bytes } : [joinPieces(bytes).toString('utf8')];
  }
  const last = soFar.gathered + (soFar.decoder?.end() ?? '');
  const texts = last === '' ? [] : splitText(soFar, last);
  return soFar.splitter === null ? texts : [...texts, ...soFar.splitter.end()];
};

/** Splits the body of one answer into its JSON texts. */
export type BodySplitter = {
  /** The texts that these bytes end. Throws BadAnswer past 64 MiB in one piece. */
  readonly feed: (bytes: Buffer) => readonly string[];
  /** What is left when the body has ended; the bytes of a long body that is one JSON value, in pieces. */
  readonly end: () => readonly string[] | LongBody;
  readonly framing: () => Framing;
  readonly isBegun: () => boolean;
  /** Begins it with an event that is read elsewhere. */
  readonly beginEvents: () => void;
  /** Whether what comes next begins an event. */
  readonly isBetween: () => boolean;
};

/**
 * Makes a splitter for a body of whatever form: server-sent events (any line ends, an unterminated last one too), an
 * array in pieces, or one object. Its first character tells which.
 */
export const bodySplitter = (): BodySplitter => {
  const soFar: SoFar = {
    isBegun: false,
    decoder: null,
    isCut: false,
    gathered: '',
    isList: false,
    isBetween: false,
    splitter: null,
    whole: null,
  };
  return {
    feed: (bytes) => (soFar.isBegun ? feedBegun(soFar, bytes) : begin(soFar, bytes)),
    end: () => endOf(soFar),
    framing: () => (soFar.whole === null ? 'stream' : 'whole'),
    isBegun: () => soFar.isBegun,
    beginEvents: () => beginAs(soFar, false),
    isBetween: () => soFar.isBegun && soFar.isBetween && !soFar.isCut && soFar.gathered === '' && soFar.whole === null,
  };
};

const nothing = Buffer.alloc(0);

/** All of a body that is one JSON value, from its first bracket; null for any other. */
export const wholeValue = (pieces: readonly Buffer[]): Buffer | null => {
  const [first = nothing] = pieces;
  const at = placeOfFirst(first);
  return first[at] === openObject ? joinPieces(pieces).subarray(at) : null;
};
