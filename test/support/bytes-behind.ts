import { asBytes, type WrittenText } from '../../src/kernel/written-text.ts';

/** A stream's text with the end of it, as bytes. */
export const bytesBehind = (before: string, text: string | WrittenText): Buffer =>
  asBytes(typeof text === 'string' ? [before + text] : [before, ...text]);
