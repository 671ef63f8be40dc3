import { jsonText } from '../kernel/well-formed.ts';

/** Writes an event that differs from others in one text. `json`: that as JSON, between its quotes, where it is known. */
export type WriteEvent = (text: string, json?: string | null) => string;

/** The same text, which does not lean on others any more: what is looked at after 10 ms costs a chunk 0.2 µs each. */
const inOnePiece = (text: string): string => Buffer.from(text).toString();

const splitAtText = (write: (text: string) => string, mark = 'text'): readonly [head: string, tail: string] => {
  const quoted = jsonText(mark);
  const sample = write(mark);
  const at = sample.indexOf(quoted);
  if (sample.includes(quoted, at + 1)) return splitAtText(write, `${mark}-`);
  return [sample.slice(0, at), sample.slice(at + quoted.length)];
};

/**
 * An event of which all but a text is made once (0.4 µs an event where JSON.stringify of all of it takes 1.4). What
 * stands around the text is found in the event as `write` makes it, so that both say the same; `write` must use the
 * text once.
 */
export const eventTemplate = (write: (text: string) => string): WriteEvent => {
  const [head, tail] = splitAtText(write);
  const [opened, closed] = [inOnePiece(`${head}"`), inOnePiece(`"${tail}`)];
  return (text, json = null) => (json === null ? head + jsonText(text) + tail : opened + json + closed);
};
