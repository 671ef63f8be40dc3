/** Google's words about what a model does not do, and the caller's field that asked for it. */
const fields: readonly (readonly [RegExp, string])[] = [
  [/logprobs/i, 'logprobs'],
  [/multiple candidates/i, 'n'],
  [/json mode|response mime type|response_?(?:json_?)?schema/i, 'response_format'],
  [/response modalities/i, 'modalities'],
  [/function calling|tool use|built-in tools|search grounding|code execution|browse tool/i, 'tools'],
  [/thinking/i, 'reasoning_effort'],
  [/penalty/i, 'presence_penalty'],
  [/input token count|maximum number of tokens|developer instruction/i, 'messages'],
];

/** The same fields by their names in the Responses API. */
const inResponses: ReadonlyMap<string, string> = new Map([
  ['logprobs', 'include'],
  ['response_format', 'text.format'],
  ['modalities', 'tools'],
  ['reasoning_effort', 'reasoning.effort'],
  ['messages', 'input'],
]);

/** A field of chat by the name that it has in the Responses API. */
export const responseField = (chat: string | null): string | null =>
  chat === null ? null : (inResponses.get(chat) ?? chat);

/** The field that Google's refusal is about; null where its words don't tell. */
export const refusedField = (message: string): string | null =>
  fields.find(([pattern]) => pattern.test(message))?.[1] ?? null;
