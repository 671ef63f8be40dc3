const quote = '"';

/** Where the object that begins at `from` ends in a text, behind its brace; -1 where its end is not there. */
export const objectEnd = (text: string, from: number): number => {
  let depth = 0;
  let isInString = false;
  for (let at = from; at < text.length; at += 1) {
    const letter = text[at];
    if (isInString) {
      if (letter === '\\') at += 1;
      else if (letter === quote) isInString = false;
    } else if (letter === quote) isInString = true;
    else if (letter === '{') depth += 1;
    else if (letter === '}') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
};
