import { joinPieces, stretchOf } from '../kernel/pieced-bytes.ts';
import type { LongText } from '../kernel/unread-text.ts';

/** Bytes that are looked into here and there: their number, and a stretch of them, cut at the end. */
export type ByteView = { readonly size: number; readonly bytes: (from: number, to: number) => Uint8Array };

/** A look into bytes. */
export const viewOfBytes = (bytes: Uint8Array): ByteView => ({
  size: bytes.length,
  bytes: (from, to) => bytes.subarray(from, to),
});

type Letters = {
  readonly length: number;
  readonly codeAt: (at: number) => number;
  readonly slice: (from: number, to: number) => string;
};

/** Base64 is ASCII: its bytes are its letters. */
const lettersOf = (data: LongText): Letters => {
  if (typeof data === 'string')
    return { length: data.length, codeAt: (at) => data.charCodeAt(at), slice: (from, to) => data.slice(from, to) };
  const slice = (from: number, to: number): string => joinPieces(stretchOf(data.pieces(), from, to)).toString('latin1');
  return { length: data.size, codeAt: (at) => slice(at, at + 1).charCodeAt(0), slice };
};

/** A look into base64 without blanks, of either alphabet: only what is looked at is decoded. */
export const viewOfBase64 = (data: LongText): ByteView => {
  const { length, codeAt, slice } = lettersOf(data);
  let end = length;
  while (end > 0 && end > length - 2 && codeAt(end - 1) === 61) end -= 1;
  return {
    size: Math.floor((end * 3) / 4),
    bytes: (from, to) => {
      const first = Math.floor(from / 3);
      return Buffer.from(slice(first * 4, Math.ceil(to / 3) * 4), 'base64').subarray(
        from - first * 3,
        to - first * 3,
      );
    },
  };
};

/** A stretch as Latin-1 text: a character a byte. */
export const latinAt = (view: ByteView, from: number, to: number): string =>
  Buffer.from(view.bytes(from, to)).toString('latin1');

/** The number in so many bytes, highest byte first. */
export const numberAt = (view: ByteView, from: number, length: number): number =>
  view.bytes(from, from + length).reduce((value, byte) => value * 256 + byte, 0);
