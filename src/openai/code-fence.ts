/** Code, or what it printed, as a text between fences. */
export const fenceText = (language: string, text: string): string =>
  `\n\`\`\`${language}\n${text.replace(/\n$/, '')}\n\`\`\`\n`;
