const quote = 0x22;
const backslash = 0x5c;
/** Within this many bytes most strings end; past them the engine's own search is faster than a loop. */
const nearby = 24;

const isEscaped = (bytes: Uint8Array, at: number): boolean => {
  let before = at;
  do before -= 1;
  while (bytes[before] === backslash);
  return (at - before) % 2 === 0;
};

/** Where the string that begins at `from` has its closing quote; the end of the bytes when it has none. */
export const endOfString = (bytes: Uint8Array, from: number): number => {
  for (let at = from; at < bytes.length; at += 1) {
    const near = Math.min(at + nearby, bytes.length);
    while (at < near) {
      const byte = bytes[at];
      if (byte === quote) return at;
      // A step of a constant length: code for an escape that is met late would throw away what was compiled.
      at += byte === backslash ? 2 : 1;
    }
    at = bytes.indexOf(quote, at);
    if (at === -1) return bytes.length;
    if (!isEscaped(bytes, at)) return at;
  }
  return bytes.length;
};

/** What JSON may hold: levels of arrays and objects, and values altogether. */
export type JsonBounds = {
  readonly depth: number;
  readonly values: number;
  /** Asked before so many more values are let by; false where there is no memory for them. Always true unless told. */
  readonly hold?: ((values: number) => boolean) | undefined;
};

/** Told of each string of so many bytes at least, by where it begins and ends between its quotes. */
export type LongStrings = { readonly bytes: number; readonly found: (from: number, to: number) => void };

/** For who wants to hear of none. */
export const noLongStrings: LongStrings = { bytes: Infinity, found: () => undefined };

/** Why values are not let by. */
export type ValueFault = 'too many values' | 'no memory';

/** Lets values by as long as there is memory for them. */
export type ValueGate = { readonly let: (values: number) => ValueFault | null; readonly open: () => number };

/** Values that the bytes of the text pay for, and then so many at a time. */
const valueBytes = 32;
const heldAtOnce = 4096;

/** A gate for the values of a text of so many bytes: `open` many may pass before it is asked again. */
export const valueGate = (bytes: number, { values: most, hold }: JsonBounds): ValueGate => {
  let open = hold === undefined ? most : Math.min(most, heldAtOnce + Math.floor(bytes / valueBytes));
  return {
    open: () => open,
    let: (values) => {
      if (values > most) return 'too many values';
      if (hold?.(heldAtOnce) === false) return 'no memory';
      open = Math.min(most, open + heldAtOnce);
      return null;
    },
  };
};

const comma = 0x2c;
const [openArray, openObject, closeArray, closeObject] = [0x5b, 0x7b, 0x5d, 0x7d];

/**
 * Whether JSON nests too deep or holds too many values, told from its bytes: JSON.parse takes a million nested arrays,
 * and whatever walks the value afterwards overflows the stack; 60 MB of `{},{},…` become gigabytes. Says nothing about
 * validity. Every comma and every opening bracket stands for a value. 64 MiB take 0.02 s as one string, 0.2 s at worst.
 */
export const jsonFault = (
  bytes: Uint8Array,
  most: JsonBounds,
  long = noLongStrings,
): 'too deep' | ValueFault | null => {
  const gate = valueGate(bytes.length, most);
  let open = gate.open();
  let depth = 0;
  let values = 1;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === quote) {
      const from = at + 1;
      at = endOfString(bytes, from);
      if (at - from >= long.bytes) long.found(from, at);
    } else if (byte === comma) values += 1;
    else if (byte === openArray || byte === openObject) {
      depth += 1;
      values += 1;
      if (depth > most.depth) return 'too deep';
    } else if (byte === closeArray || byte === closeObject) depth -= 1;
    if (values > open) {
      const fault = gate.let(values);
      if (fault !== null) return fault;
      open = gate.open();
    }
  }
  return null;
};
