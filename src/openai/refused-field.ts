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

/** What an endpoint calls a field of chat; null for what it has no field for. */
export type FieldNames = (chat: string) => string | null;

const onlyThese = (names: Readonly<Record<string, string>>): FieldNames => {
  const known = new Map(Object.entries(names));
  return (chat) => known.get(chat) ?? null;
};

const inResponses = onlyThese({
  logprobs: 'include',
  response_format: 'text.format',
  modalities: 'tools',
  reasoning_effort: 'reasoning.effort',
  messages: 'input',
});

/** The Responses API has all others by the same name. */
export const responseNames: FieldNames = (chat) => inResponses(chat) ?? chat;

/** POST /v1/completions. */
export const completionNames: FieldNames = onlyThese({
  messages: 'prompt',
  n: 'n',
  logprobs: 'logprobs',
  presence_penalty: 'presence_penalty',
});

/** POST /v1/images/generations and /v1/images/edits. */
export const imageNames: FieldNames = onlyThese({ messages: 'prompt', modalities: 'model' });

/** POST /v1/audio/speech. */
export const speechNames: FieldNames = onlyThese({ messages: 'input', modalities: 'model' });

/** POST /v1/audio/transcriptions and /v1/audio/translations. */
export const transcriptionNames: FieldNames = onlyThese({ messages: 'file', modalities: 'model' });

/** POST /v1/embeddings. */
export const embeddingNames: FieldNames = onlyThese({ messages: 'input' });

/** The field of chat that Google's refusal is about; null where its words don't tell. */
export const refusedField = (message: string): string | null =>
  fields.find(([pattern]) => pattern.test(message))?.[1] ?? null;
