/** One server-sent event that holds JSON, as OpenAI's streams write it. */
export const dataEvent = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;
