import { isObject } from '../../../kernel/is-object.ts';
import { rawElements, rawMember } from '../../../kernel/raw-json.ts';
import { holdsLong, longNumbers, withLongNumbers } from '../../../gemini/schema/long-numbers.ts';
import type { MessageFields } from './request.ts';

/** In longer bodies inputs are written as JavaScript does: to look for them would stop everybody else. */
const longestBody = 1024 ** 2;

type Fields = Pick<MessageFields, 'messages' | 'tools' | 'output_config' | 'output_format'>;
type Item = Readonly<Record<string, unknown>>;

/** Names that are numbers lose their place when they are read. */
const isNumbered = (name: string): boolean => {
  const code = name.charCodeAt(0);
  return code >= 48 && code <= 57;
};

const holdsNumbered = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(holdsNumbered);
  for (const name in value) if (isObject(value) && (isNumbered(name) || holdsNumbered(value[name]))) return true;
  return false;
};

const isOdd = (value: unknown): boolean => holdsLong(value) || holdsNumbered(value);

const isCall = (block: unknown): block is Item => isObject(block) && block['type'] === 'tool_use';

const holdsOddCall = ({ content }: Item): boolean =>
  Array.isArray(content) && content.some((block) => isCall(block) && isOdd(block['input']));

const withWrittenInputs = (message: Item, raw: string | undefined): Item => {
  const { content } = message;
  if (!Array.isArray(content) || !holdsOddCall(message)) return message;
  const blocks = rawElements(rawMember(raw, 'content'));
  return {
    ...message,
    content: content.map((block: unknown, at) =>
      isCall(block) && isOdd(block['input']) ? { ...block, written: rawMember(blocks[at], 'input') } : block,
    ),
  };
};

type Exact = Pick<MessageFields, 'tools' | 'output_config' | 'output_format'>;

const schemasOf = ({ tools = [], output_config: config, output_format: format }: Exact): readonly unknown[] => [
  ...tools.map((tool) => tool['input_schema']),
  config?.format?.schema,
  format?.schema,
];

const withExactSchemas = <A extends Exact>(asked: A, json: string): A => {
  if (!schemasOf(asked).some(holdsLong)) return asked;
  const numbers = longNumbers(
    ['tools', 'output_config', 'output_format'].map((field) => rawMember(json, field) ?? '').join(' '),
  );
  const { tools, output_config: config, output_format: format } = asked;
  const withNumbers = <F extends { readonly schema: Item | undefined }>(of: F | undefined): F | undefined =>
    of?.schema === undefined ? of : { ...of, schema: withLongNumbers(of.schema, numbers) };
  return {
    ...asked,
    tools: tools?.map((tool) =>
      isObject(tool['input_schema']) ? { ...tool, input_schema: withLongNumbers(tool['input_schema'], numbers) } : tool,
    ),
    output_config: config === undefined ? undefined : { ...config, format: withNumbers(config.format) },
    output_format: withNumbers(format),
  };
};

/**
 * Inputs of calls, and schemas, as they stand in the body where reading them has changed them: what a tool was asked is
 * somebody else's.
 */
export const withExactInputs = <A extends Fields>(asked: A, written: () => string): A => {
  const isOddCall = asked.messages.some(holdsOddCall);
  if (!isOddCall && !schemasOf(asked).some(holdsLong)) return asked;
  const json = written();
  if (json.length > longestBody || json === '') return asked;
  const exact = withExactSchemas(asked, json);
  if (!isOddCall) return exact;
  const raw = rawElements(rawMember(json, 'messages'));
  return { ...exact, messages: asked.messages.map((message, index) => withWrittenInputs(message, raw[index])) };
};
