const shortest = '```';

/** Longer than any fence in the text, which would end it (CommonMark §4.5). */
const fenceFor = (text: string): string => {
  if (!text.includes(shortest)) return shortest;
  const longest = (text.match(/`{3,}/g) ?? []).reduce((most, { length }) => Math.max(most, length), 0);
  return '`'.repeat(longest + 1);
};

/** Code, or what it printed, as a text between fences. */
export const fenceText = (language: string, text: string): string => {
  const fence = fenceFor(text);
  return `\n${fence}${language}\n${text.replace(/\n$/, '')}\n${fence}\n`;
};
