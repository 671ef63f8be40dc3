import { isUnread, lengthOf, textOf, type LongText } from './unread-text.ts';

const mark = Symbol('text in pieces');

/** A long text as it came: to put it together would copy it. In JSON it is a string like any other. */
export type TextInPieces = {
  readonly [mark]: true;
  readonly pieces: readonly LongText[];
  readonly toJSON: () => string;
};

/** True for a text in pieces. */
export const isInPieces = (value: object): value is TextInPieces => Object.hasOwn(value, mark);

/** Shorter texts, and those of shorter pieces, are put together: each piece is written by itself. */
const least = 65_536;
const leastPiece = 4096;

/** The text that these pieces make. */
export const textInPieces = (pieces: readonly LongText[]): string | TextInPieces => {
  let length = 0;
  for (const piece of pieces) length += lengthOf(piece);
  const whole = (): string => pieces.map(textOf).join('');
  return length < Math.max(least, pieces.length * leastPiece) && !pieces.some(isUnread)
    ? whole()
    : { [mark]: true, pieces, toJSON: whole };
};
