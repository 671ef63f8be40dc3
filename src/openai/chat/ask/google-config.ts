import { isEmpty } from '../../../kernel/is-empty.ts';
import { isObject } from '../../../kernel/is-object.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Google's names of what a generationConfig holds, and the names of the same in a chat request. */
const names: readonly (readonly [google: string, chat: string])[] = [
  ['temperature', 'temperature'],
  ['topP', 'top_p'],
  ['topK', 'top_k'],
  ['candidateCount', 'n'],
  ['maxOutputTokens', 'max_tokens'],
  ['stopSequences', 'stop'],
  ['seed', 'seed'],
  ['presencePenalty', 'presence_penalty'],
  ['frequencyPenalty', 'frequency_penalty'],
  ['thinkingConfig', 'thinkingConfig'],
  ['imageConfig', 'imageConfig'],
  ['mediaResolution', 'mediaResolution'],
  ['responseModalities', 'responseModalities'],
];

const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const valueIn = (config: Fields, name: string): unknown => config[name] ?? config[snakeCase(name)];

/** The form of the answer, where its type is JSON. */
const formatIn = (config: Fields): Fields => {
  if (valueIn(config, 'responseMimeType') !== 'application/json') return {};
  const schema = valueIn(config, 'responseJsonSchema') ?? valueIn(config, 'responseSchema');
  return {
    response_format: isObject(schema)
      ? { type: 'json_schema', json_schema: { name: 'answer', schema } }
      : { type: 'json_object' },
  };
};

/** Google's generationConfig at the top of a chat request, told by the request's own names, which go before it. */
export const withGoogleConfig = (body: unknown): unknown => {
  if (!isObject(body)) return body;
  const config = body['generationConfig'] ?? body['generation_config'];
  if (!isObject(config) || isEmpty(config)) return body;
  const told: Record<string, unknown> = { ...formatIn(config) };
  for (const [google, chat] of names) {
    const value = valueIn(config, google);
    if (!isEmpty(value)) told[chat] = value;
  }
  const own = Object.entries(body).filter(([, value]) => value != null);
  return {
    ...told,
    ...(body['max_completion_tokens'] == null ? {} : { max_tokens: undefined }),
    ...Object.fromEntries(own),
  };
};
