import { jsonText } from '../kernel/well-formed.ts';

/** Writes an event that differs from others in one text, and in one number where there is one. */
export type WriteEvent = (text: string, number: number) => string;

const firstNumber = 1_000_000_007;

/**
 * An event of which all but a text and a number is made once: the text is quoted, the number stands as it is (0.4 µs an
 * event where JSON.stringify of all of it takes 1.4). What stands between them is found in the event as `write` makes
 * it, so that both say the same; `write` must use the text once, and the number once or never.
 */
export const eventTemplate = (write: WriteEvent): WriteEvent => {
  const bare = write('', 0);
  let mark = 'text';
  while (bare.includes(mark)) mark += '-';
  let number = firstNumber;
  while (bare.includes(String(number))) number += 1;
  const quoted = jsonText(mark);
  const sample = write(mark, number);
  const at = sample.indexOf(quoted);
  const [head, tail] = [sample.slice(0, at), sample.slice(at + quoted.length)];
  const [beforeHead, afterHead] = head.split(String(number));
  const [beforeTail, afterTail] = tail.split(String(number));
  if (beforeHead !== undefined && afterHead !== undefined)
    return (text, count) => `${beforeHead}${count}${afterHead}${jsonText(text)}${tail}`;
  if (beforeTail !== undefined && afterTail !== undefined)
    return (text, count) => `${head}${jsonText(text)}${beforeTail}${count}${afterTail}`;
  return (text) => head + jsonText(text) + tail;
};
