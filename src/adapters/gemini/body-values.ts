import { StringDecoder } from 'node:string_decoder';
import { atOnce } from '../../kernel/breathe.ts';
import { joinPieces, type PiecedBytes } from '../../kernel/pieced-bytes.ts';
import { bytePieces } from './byte-pieces.ts';
import { mostCharacters, splitEvents, tooLong, type Splitter } from './split-events.ts';

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

/** A splitter for a body that may come in tiny pieces, which would take a hundred times their size one by one. */
const gatherPieces = ({ feed, end }: Splitter): Splitter => {
  let gathered = '';
  const feedAll = (text: string): readonly string[] => {
    const all = gathered === '' ? text : gathered + text;
    gathered = '';
    return feed(all);
  };
  return {
    feed: (text) => {
      if (text.length >= leastPiece || gathered.length >= mostGathered || mayEnd(text)) return feedAll(text);
      gathered += text;
      return [];
    },
    end: () => [...(gathered === '' ? [] : feedAll('')), ...end()],
  };
};

/** The body's first character tells its form: Google labels errors and arrays as event streams too. */
const splitterFor = (text: string): Splitter => gatherPieces(text.startsWith('[') ? splitElements() : splitEvents());

/** Bytes as text. Where nothing is cut at their end, which is so at the end of an event, no decoder is needed. */
const textDecoder = (): { readonly write: (bytes: Buffer) => string; readonly end: () => string } => {
  let decoder: StringDecoder | null = null;
  let isCut = false;
  return {
    write: (bytes) => {
      const wasCut = isCut;
      isCut = (bytes[bytes.length - 1] ?? 0) > 0x7f;
      if (!wasCut && !isCut) return bytes.toString('utf8');
      decoder ??= new StringDecoder('utf8');
      return decoder.write(bytes);
    },
    end: () => decoder?.end() ?? '',
  };
};

/** A long body that is one JSON value. */
export type LongBody = { readonly long: PiecedBytes };

/** Splits the body of one answer into its JSON texts. */
export type BodySplitter = {
  /** The texts that these bytes end. Throws BadAnswer past 64 MiB in one piece. */
  readonly feed: (bytes: Buffer) => readonly string[];
  /** What is left when the body has ended; the bytes of a long body that is one JSON value, in pieces. */
  readonly end: () => readonly string[] | LongBody;
  readonly framing: () => Framing;
};

/** A stream's events or elements, of which the first characters are known. */
const streamSplitter = (decoder: ReturnType<typeof textDecoder>, first: string): Omit<BodySplitter, 'framing'> => {
  const splitter = splitterFor(first);
  return {
    feed: (bytes) => splitter.feed(decoder.write(bytes)),
    end: () => {
      const last = decoder.end();
      return last === '' ? splitter.end() : [...splitter.feed(last), ...splitter.end()];
    },
  };
};

/** One JSON value, which is read when all of it is there. */
const wholeBody = (): Omit<BodySplitter, 'framing'> => {
  const pieces = bytePieces();
  return {
    feed: (bytes) => {
      pieces.add(bytes);
      if (pieces.size() > mostCharacters) throw tooLong();
      return [];
    },
    end: () => {
      const bytes = pieces.whole();
      return pieces.size() > atOnce ? { long: bytes } : [joinPieces(bytes).toString('utf8')];
    },
  };
};

/** Blanks, and the bytes of a byte order mark. */
const blank: ReadonlySet<number> = new Set([9, 10, 13, 32, 0xef, 0xbb, 0xbf]);

const firstIn = (bytes: Buffer): number => {
  for (const byte of bytes) if (!blank.has(byte)) return byte;
  return -1;
};

const openObject = 123;

/**
 * Makes a splitter for a body of whatever form: server-sent events (any line ends, an unterminated last one too), an
 * array in pieces, or one object. Its first character tells which.
 */
export const bodySplitter = (): BodySplitter => {
  let form: Omit<BodySplitter, 'framing'> | null = null;
  let isWhole = false;
  const begin = (bytes: Buffer): readonly string[] => {
    const first = firstIn(bytes);
    if (first === -1) return [];
    isWhole = first === openObject;
    const decoder = textDecoder();
    form = isWhole ? wholeBody() : streamSplitter(decoder, String.fromCharCode(first));
    return form.feed(bytes.subarray(bytes.indexOf(first)));
  };
  return {
    feed: (bytes) => (form === null ? begin(bytes) : form.feed(bytes)),
    end: () => form?.end() ?? [],
    framing: () => (isWhole ? 'whole' : 'stream'),
  };
};

const nothing = Buffer.alloc(0);

/** All of a body that is one JSON value, from its first bracket; null for any other. */
export const wholeValue = (pieces: readonly Buffer[]): Buffer | null => {
  const [first = nothing] = pieces;
  return firstIn(first) === openObject ? joinPieces(pieces).subarray(first.indexOf(openObject)) : null;
};

/** What a splitter makes of a short body of which all is there, and which is not one value. */
export const splitAtOnce = (
  pieces: readonly Buffer[],
): { readonly texts: readonly string[]; readonly framing: Framing } => {
  const { feed, end, framing } = bodySplitter();
  const texts: string[] = [];
  for (const piece of pieces) for (const text of feed(piece)) texts.push(text);
  const last = end();
  if ('long' in last) return { texts: [joinPieces(last.long).toString('utf8')], framing: framing() };
  for (const text of last) texts.push(text);
  return { texts, framing: framing() };
};
