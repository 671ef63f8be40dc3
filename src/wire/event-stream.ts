import { jsonText } from '../kernel/well-formed.ts';

/** One server-sent event that holds JSON and has no name. */
export const dataEvent = (value: object): string => `data: ${jsonText(value)}\n\n`;
