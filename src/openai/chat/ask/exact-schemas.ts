import { rawMember } from '../../../kernel/raw-json.ts';
import { oncePer } from '../../../kernel/remember.ts';
import {
  holdsLong,
  longestBody,
  longNumbers,
  withLongNumbers,
  type LongNumbers,
} from '../../../gemini/schema/long-numbers.ts';
import type { ChatFields, FunctionTool } from './request.ts';

type Schema = FunctionTool['parameters'];

const toolsHoldLong = oncePer((tools: NonNullable<ChatFields['tools']>): boolean =>
  tools.some((offer) => holdsLong(offer.function?.parameters)),
);

const schemasHoldLong = ({ tools, functions, response_format: format }: ChatFields): boolean =>
  (tools !== undefined && toolsHoldLong(tools)) ||
  functions?.some(({ parameters }) => holdsLong(parameters)) === true ||
  holdsLong(format?.json_schema?.schema);

const withNumbers = (asked: ChatFields, numbers: LongNumbers): ChatFields => {
  const marked = (schema: Schema): Schema => (schema === undefined ? undefined : withLongNumbers(schema, numbers));
  const { tools, functions, response_format: format } = asked;
  const holder = format?.json_schema;
  return {
    ...asked,
    tools: tools?.map((offer) =>
      offer.function === undefined
        ? offer
        : { ...offer, function: { ...offer.function, parameters: marked(offer.function.parameters) } },
    ),
    functions: functions?.map((one) => ({ ...one, parameters: marked(one.parameters) })),
    response_format:
      format === undefined || holder === undefined
        ? format
        : { ...format, json_schema: { ...holder, schema: marked(holder.schema) } },
  };
};

const fields = [
  'tools',
  'functions',
  'response_format',
  'generationConfig',
  'guided_json',
  'json_schema',
  'format',
] as const;

/** Schemas that know how their numbers beyond 2^53 were written: a bound or a value is somebody else's, too. */
export const withExactSchemas = (asked: ChatFields, written: () => string): ChatFields => {
  if (!schemasHoldLong(asked)) return asked;
  const json = written();
  if (json.length > longestBody) return asked;
  return withNumbers(asked, longNumbers(fields.map((field) => rawMember(json, field) ?? '').join(' ')));
};
