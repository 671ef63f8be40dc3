import { E } from '../../kernel/fp.ts';
import { isEmpty } from '../../kernel/is-empty.ts';
import { isObject } from '../../kernel/is-object.ts';
import type { ChatRequest } from './request.ts';

type Format = NonNullable<ChatRequest['response_format']>;
type Schema = Readonly<Record<string, unknown>>;

const parsed = (text: string): unknown => E.getOrElse((): unknown => undefined)(E.tryCatch((): unknown => JSON.parse(text), () => null));

/** A schema, or its JSON text (vLLM takes both); undefined for none and for one that says nothing. */
const schemaIn = (value: unknown): Schema | undefined => {
  const read = typeof value === 'string' ? parsed(value) : value;
  return isObject(read) && !isEmpty(read) ? read : undefined;
};

const formatBy = (schema: Schema): Format => ({
  type: 'json_schema',
  json_schema: { name: undefined, schema: { ...schema }, strict: undefined },
  schema: undefined,
  response_schema: undefined,
});

const jsonObject: Format = { type: 'json_object', json_schema: undefined, schema: undefined, response_schema: undefined };

/** A schema beside the type: Together, Fireworks, llama.cpp (`schema`), LiteLLM (`response_schema`). */
const completed = (format: Format): Format => {
  if (format.type === 'text' || format.json_schema !== undefined) return format;
  const schema = schemaIn(format.schema) ?? schemaIn(format.response_schema);
  return schema === undefined ? format : formatBy(schema);
};

/** A form asked for elsewhere: vLLM's guided_json and structured_outputs, llama.cpp's json_schema, Ollama's format. */
const elsewhere = (asked: ChatRequest): Format | undefined => {
  const outputs = isObject(asked.structured_outputs) ? asked.structured_outputs : {};
  const schema = schemaIn(asked.guided_json) ?? schemaIn(outputs['json']) ?? schemaIn(asked.json_schema) ?? schemaIn(asked.format);
  if (schema !== undefined) return formatBy(schema);
  return outputs['json_object'] === true || asked.format === 'json' ? jsonObject : undefined;
};

const formatOf = (asked: ChatRequest): Format | undefined =>
  asked.response_format === undefined || asked.response_format.type === 'text'
    ? (elsewhere(asked) ?? asked.response_format)
    : completed(asked.response_format);

const wantsUsage = (asked: ChatRequest): boolean => isObject(asked.usage) && asked.usage['include'] === true;

/** Gemini's own word for modalities (LiteLLM): only pictures are asked for by it, text comes anyway. */
const modalitiesOf = (asked: ChatRequest): ChatRequest['modalities'] => {
  const said: unknown = asked.responseModalities;
  const wantsPictures = Array.isArray(said) && said.slice(0, 10).some((one) => typeof one === 'string' && one.toUpperCase() === 'IMAGE');
  return asked.modalities ?? (wantsPictures ? ['text', 'image'] : undefined);
};

/** What neighbours ask for in other places, where OpenAI's API has it: the form of the answer, its modalities, length and usage. */
export const withNeighbourForms = (asked: ChatRequest): ChatRequest => ({
  ...asked,
  response_format: formatOf(asked),
  modalities: modalitiesOf(asked),
  max_tokens: asked.max_tokens ?? asked.n_predict,
  stream_options: asked.stream_options ?? (wantsUsage(asked) ? { include_usage: true } : undefined),
});
