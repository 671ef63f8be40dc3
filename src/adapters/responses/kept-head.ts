/** What is known of a kept response without reading it. */
export type KeptHead = {
  readonly id: string;
  /** Whose it is: the hash of a credential. */
  readonly owner: string;
  /** From where it was made, as a mark: the room is shared by that. */
  readonly caller: string;
  /** Milliseconds since the epoch. */
  readonly keptAt: number;
  readonly previous: string | null;
  /** Ids of items by which it is found, beside those that tell it. */
  readonly items: readonly string[];
};

/** Digits of a count of bytes, at most. */
const digits = 10;
const headEnd = '}\n';

/**
 * A head as it stands before its text: a line of JSON with room for the count of the text's bytes. Its ids are our own,
 * but for those that may be anything; written out, since JSON.stringify takes three times as long.
 */
export const headLine = ({ id, owner, caller, keptAt, previous, items }: KeptHead): string =>
  `{"id":"${id}","owner":"${owner}","caller":"${caller}","keptAt":${keptAt},` +
  `"previous":${previous === null ? 'null' : JSON.stringify(previous)},"items":${items.length === 0 ? '[]' : JSON.stringify(items)},"bytes":${' '.repeat(digits)}${headEnd}`;

type Written = {
  readonly block: { readonly bytes: Buffer };
  /** Where the text begins behind its head, and where it ends. */
  readonly from: number;
  readonly to: number;
};

/** Writes the count of a text's bytes into its head. */
export const writeCount = <W extends Written>(text: W): W => {
  const count = String(text.to - text.from);
  text.block.bytes.write(count, text.from - headEnd.length - count.length, 'latin1');
  return text;
};
