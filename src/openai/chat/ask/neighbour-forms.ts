import { E, pipe } from '../../../kernel/fp.ts';
import { isEmpty } from '../../../kernel/is-empty.ts';
import { isObject } from '../../../kernel/is-object.ts';
import { invalid, type ProxyError } from '../../../kernel/proxy-error.ts';
import { jsonOf } from '../../../gemini/json-text.ts';
import type { ChatFields } from './request.ts';

type Format = NonNullable<ChatFields['response_format']>;
type Schema = Readonly<Record<string, unknown>>;

/** A schema; undefined for none and for one that says nothing. */
const schemaIn = (value: unknown): Schema | undefined => (isObject(value) && !isEmpty(value) ? value : undefined);

/** vLLM takes a schema as JSON text too; a text that is none is a 400 that names the field. */
const schemaOrText = (value: unknown, path: string): E.Either<ProxyError, Schema | undefined> => {
  if (typeof value !== 'string' || isEmpty(value)) return E.right(schemaIn(value));
  return pipe(
    jsonOf(value),
    E.bimap((fault) => invalid(`'${path}' is ${fault}.`, path, 'invalid_value'), schemaIn),
  );
};

const formatBy = (schema: Schema): Format => ({
  type: 'json_schema',
  json_schema: { name: undefined, schema: { ...schema }, strict: undefined },
  schema: undefined,
  response_schema: undefined,
});

const jsonObject: Format = {
  type: 'json_object',
  json_schema: undefined,
  schema: undefined,
  response_schema: undefined,
};

const telling = ['type', 'properties', 'anyOf', '$ref', 'items', 'enum'] as const;

/** A schema where its holder belongs, as clients send it that leave the holder out. */
const isSchema = (holder: Schema): boolean =>
  holder['schema'] === undefined && telling.some((name) => holder[name] !== undefined);

/** A schema beside the type: Together, Fireworks, llama.cpp (`schema`), LiteLLM (`response_schema`). */
const completeFormat = (format: Format): Format => {
  const holder: Schema | undefined = format.json_schema;
  if (format.type === 'json_schema' && holder !== undefined && isSchema(holder)) return formatBy(holder);
  if (format.type === 'text' || format.json_schema !== undefined) return format;
  const schema = schemaIn(format.schema) ?? schemaIn(format.response_schema);
  return schema === undefined ? format : formatBy(schema);
};

/** A form asked for elsewhere: vLLM's guided_json and structured_outputs, llama.cpp's json_schema, Ollama's format. */
const formatElsewhere = (asked: ChatFields): E.Either<ProxyError, Format | undefined> => {
  const outputs = isObject(asked.structured_outputs) ? asked.structured_outputs : {};
  return pipe(
    schemaOrText(asked.guided_json, 'guided_json'),
    E.bindTo('guided'),
    E.bind('structured', () => schemaOrText(outputs['json'], 'structured_outputs.json')),
    E.map(({ guided, structured }) => {
      const schema = guided ?? structured ?? schemaIn(asked.json_schema) ?? schemaIn(asked.format);
      if (schema !== undefined) return formatBy(schema);
      return outputs['json_object'] === true || asked.format === 'json' ? jsonObject : undefined;
    }),
  );
};

const formatOf = (asked: ChatFields): E.Either<ProxyError, Format | undefined> => {
  const own = asked.response_format;
  return own === undefined || own.type === 'text'
    ? E.map((found: Format | undefined) => found ?? own)(formatElsewhere(asked))
    : E.right(completeFormat(own));
};

const wantsUsage = (asked: ChatFields): boolean => isObject(asked.usage) && asked.usage['include'] === true;

/** Gemini's own word for modalities (LiteLLM): only pictures are asked for by it, text comes anyway. */
const modalitiesOf = (asked: ChatFields): ChatFields['modalities'] => {
  const said: unknown = asked.responseModalities;
  const wantsPictures =
    Array.isArray(said) && said.slice(0, 10).some((one) => typeof one === 'string' && one.toUpperCase() === 'IMAGE');
  return asked.modalities ?? (wantsPictures ? ['text', 'image'] : undefined);
};

/** Where the form of the answer, its modalities, length and usage may be asked for. */
const places = [
  'response_format',
  'guided_json',
  'structured_outputs',
  'json_schema',
  'format',
  'responseModalities',
  'n_predict',
  'usage',
] as const;

/**
 * What neighbours ask for in other places, where OpenAI's API has it: the form of the answer, its modalities, length
 * and usage.
 */
export const withNeighbourForms = (asked: ChatFields): E.Either<ProxyError, ChatFields> => {
  if (places.every((name) => asked[name] === undefined)) return E.right(asked);
  return E.map((format: Format | undefined): ChatFields => ({
    ...asked,
    response_format: format,
    modalities: modalitiesOf(asked),
    max_tokens: asked.max_tokens ?? asked.n_predict,
    stream_options: asked.stream_options ?? (wantsUsage(asked) ? { include_usage: true } : undefined),
  }))(formatOf(asked));
};
