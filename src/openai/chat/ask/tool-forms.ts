import { isObject } from '../../../kernel/is-object.ts';
import { oncePer } from '../../../kernel/remember.ts';

type Fields = Readonly<Record<string, unknown>>;

const plainTypes: readonly unknown[] = [undefined, 'function', 'custom'];

const isFlat = (offer: unknown): offer is Fields =>
  isObject(offer) &&
  typeof offer['name'] === 'string' &&
  offer['function'] === undefined &&
  offer['custom'] === undefined &&
  plainTypes.includes(offer['type']);

const nestTool = (offer: unknown): unknown => {
  if (!isFlat(offer)) return offer;
  const { type, name, description, strict, format, parameters, input_schema: schema } = offer;
  return type === 'custom'
    ? { type, custom: { name, description, format } }
    : { type: 'function', function: { name, description, strict, parameters: parameters ?? schema } };
};

const nestTools = oncePer((tools: readonly unknown[]) => (tools.some(isFlat) ? tools.map(nestTool) : tools));

/** What others call the choice: Anthropic's and Mistral's `any` is OpenAI's `required`. */
const choices: Readonly<Record<string, string>> = { any: 'required', auto: 'auto', none: 'none', required: 'required' };

const ownWord = (word: unknown): string | undefined =>
  typeof word === 'string' && Object.hasOwn(choices, word) ? choices[word] : undefined;

const choiceOf = (choice: unknown): unknown => {
  if (!isObject(choice)) return ownWord(choice) ?? choice;
  const { type, name, mode, tools } = choice;
  if (type === 'allowed_tools' && choice['allowed_tools'] === undefined)
    return { type, allowed_tools: { mode, tools: Array.isArray(tools) ? tools.map(nestTool) : tools } };
  if (typeof name === 'string' && choice['function'] === undefined && choice['custom'] === undefined) {
    return type === 'custom' ? { type, custom: { name } } : { type: 'function', function: { name } };
  }
  return ownWord(type) ?? choice;
};

/**
 * A chat request with tools and their choice in OpenAI's chat form: the flat one of its Responses API, which Cursor
 * sends to any address, and Anthropic's (`input_schema`, `{"type": "any"}`, `{"type": "tool", "name": …}`).
 */
export const withToolForms = (body: unknown): unknown => {
  if (!isObject(body)) return body;
  const { tools, tool_choice: choice } = body;
  const nested = Array.isArray(tools) ? nestTools(tools) : tools;
  if (nested === tools && (choice == null || choice === 'auto')) return body;
  return {
    ...body,
    ...(nested === tools ? {} : { tools: nested }),
    ...(choice == null ? {} : { tool_choice: choiceOf(choice) }),
  };
};
