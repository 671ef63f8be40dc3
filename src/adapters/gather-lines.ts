/** A line, or what makes it when it is written; that must not throw. */
export type Line = string | (() => string);

/** Takes lines; `flush` writes those that wait, in their order. */
export type GatheredLines = { readonly add: (line: Line) => void; readonly flush: () => void };

/** No line waits for longer, ms. */
const longestWait = 10;
/** Lines, and characters of those that are made, that are written at once. */
const mostLines = 200;
const mostCharacters = 65_536;

const textOf = (line: Line): string => (typeof line === 'string' ? line : line());

/**
 * Writes the lines of ten milliseconds together: a write of its own costs a line 12 µs, one with others of its turn of
 * the event loop 5. Who ends the process must flush.
 */
export const gatherLines = (write: (lines: string) => void): GatheredLines => {
  let waiting: Line[] = [];
  let characters = 0;
  const flush = (): void => {
    const lines = waiting;
    waiting = [];
    characters = 0;
    let text = '';
    for (const line of lines) text += textOf(line);
    if (text !== '') write(text);
  };
  return {
    add: (line) => {
      if (waiting.length === 0) setTimeout(flush, longestWait);
      waiting.push(line);
      if (typeof line === 'string') characters += line.length;
      if (waiting.length >= mostLines || characters > mostCharacters) flush();
    },
    flush,
  };
};
