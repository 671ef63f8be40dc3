import { jsonText } from '../kernel/well-formed.ts';

/** One server-sent event that holds JSON, as OpenAI's streams write it. */
export const dataEvent = (value: object): string => `data: ${jsonText(value)}\n\n`;
