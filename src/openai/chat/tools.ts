import { E, pipe } from '../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../kernel/proxy-error.ts';
import type { ModelTraits } from '../../gemini/model-traits.ts';
import type { CallingMode, FunctionDeclaration, JsonObject, Tool, ToolConfig } from '../../gemini/request.ts';
import { toGeminiSchema } from '../json-schema.ts';
import type { FunctionNames } from './function-names.ts';
import type { ChatRequest, FunctionTool } from './request.ts';

/** The two fields of a Gemini request that tools go to. */
export type GeminiTools = { readonly tools?: readonly Tool[]; readonly toolConfig?: ToolConfig };

/** Functions that the model may call, from `tools` or from the deprecated `functions`. */
export const functionTools = (asked: ChatRequest): E.Either<ProxyError, readonly FunctionTool[]> => {
  const declared: FunctionTool[] = [...(asked.functions ?? [])];
  for (const [index, tool] of (asked.tools ?? []).entries()) {
    const path = `tools.${index}`;
    if (tool.type !== 'function') {
      return E.left(invalid(`'${path}.type' must be 'function'.`, `${path}.type`, 'unsupported_value'));
    }
    if (tool.function === undefined) {
      return E.left(invalid(`Missing required parameter: '${path}.function'.`, `${path}.function`, 'missing_required_parameter'));
    }
    declared.push(tool.function);
  }
  return E.right(declared);
};

const isJsonObject = (value: object): value is JsonObject => !Array.isArray(value);

/** A function without parameters is declared without a schema: an empty object type is refused by older models. */
const parameters = (schema: object | undefined): JsonObject | undefined => {
  if (schema === undefined || !isJsonObject(schema)) return undefined;
  const read = toGeminiSchema(schema);
  const properties = read['properties'];
  const empty = properties === undefined || properties === null || Object.keys(properties).length === 0;
  const open = Object.hasOwn(read, '$ref') || Object.hasOwn(read, 'anyOf');
  return empty && !open ? undefined : { type: 'object', ...read };
};

const declaration = (tool: FunctionTool, names: FunctionNames): FunctionDeclaration => {
  const parametersJsonSchema = parameters(tool.parameters);
  return {
    name: names.toGemini(tool.name),
    ...(tool.description === undefined || tool.description === '' ? {} : { description: tool.description }),
    ...(parametersJsonSchema === undefined ? {} : { parametersJsonSchema }),
  };
};

type Choice = { readonly mode: CallingMode; readonly only?: readonly string[] };

const auto = (functions: readonly FunctionTool[]): Choice => ({
  mode: functions.some((tool) => tool.strict === true) ? 'VALIDATED' : 'AUTO',
});

const words: Readonly<Record<string, (functions: readonly FunctionTool[]) => Choice>> = {
  auto,
  none: () => ({ mode: 'NONE' }),
  required: () => ({ mode: 'ANY' }),
};

const bad = (path: string): E.Either<ProxyError, never> =>
  E.left(invalid(`'${path}' must be 'none', 'auto', 'required', or name a declared function.`, path, 'invalid_value'));

const named = (names: readonly (string | undefined)[], mode: CallingMode, functions: readonly FunctionTool[]): E.Either<ProxyError, Choice> => {
  const known = names.flatMap((name) => (functions.some((tool) => tool.name === name) && name !== undefined ? [name] : []));
  return known.length === 0 || known.length < names.length ? bad('tool_choice') : E.right({ mode, only: known });
};

/** `tool_choice`, or the deprecated `function_call`, which says the same for one function. */
const choice = (asked: ChatRequest, functions: readonly FunctionTool[]): E.Either<ProxyError, Choice> => {
  const wish = asked.tool_choice ?? (typeof asked.function_call === 'object' ? { function: asked.function_call } : asked.function_call);
  if (wish === undefined) return E.right(auto(functions));
  if (typeof wish === 'string') {
    const read = Object.hasOwn(words, wish) ? words[wish] : undefined;
    return read === undefined ? bad('tool_choice') : E.right(read(functions));
  }
  if ('allowed_tools' in wish && wish.allowed_tools !== undefined) {
    const { mode, tools } = wish.allowed_tools;
    return named(tools.map((tool) => tool.function?.name), mode === 'required' ? 'ANY' : 'VALIDATED', functions);
  }
  return named([wish.function?.name], 'ANY', functions);
};

const callingConfig = ({ mode, only }: Choice, names: FunctionNames): ToolConfig['functionCallingConfig'] =>
  mode === 'AUTO' ? undefined : { mode, ...(only === undefined ? {} : { allowedFunctionNames: only.map(names.toGemini) }) };

const assembled = (functions: readonly FunctionTool[], picked: Choice, search: boolean, names: FunctionNames): GeminiTools => {
  const declared: readonly Tool[] =
    functions.length === 0 ? [] : [{ functionDeclarations: functions.map((tool) => declaration(tool, names)) }];
  const searching = search && picked.mode !== 'NONE';
  const both = searching && functions.length > 0;
  const functionCallingConfig =
    functions.length === 0 ? undefined : callingConfig(both && picked.mode === 'AUTO' ? { mode: 'VALIDATED' } : picked, names);
  const tools: readonly Tool[] = searching ? [...declared, { googleSearch: {} }] : declared;
  const toolConfig: ToolConfig = {
    ...(functionCallingConfig === undefined ? {} : { functionCallingConfig }),
    ...(both ? { includeServerSideToolInvocations: true } : {}),
  };
  return {
    ...(tools.length === 0 ? {} : { tools }),
    ...(Object.keys(toolConfig).length === 0 ? {} : { toolConfig }),
  };
};

export type ToolSettings = {
  readonly traits: ModelTraits;
  readonly names: FunctionNames;
  /** The model's `-search` suffix was given. */
  readonly searchSuffix: boolean;
};

/**
 * Tools and tool_choice. Google Search beside functions works from Gemini 3 on; before, functions win over a `-search`
 * suffix, and web_search_options beside tools is a 400.
 */
export const toGeminiTools = (
  asked: ChatRequest,
  functions: readonly FunctionTool[],
  settings: ToolSettings,
): E.Either<ProxyError, GeminiTools> => {
  const together = functions.length === 0 || settings.traits.searchWithFunctions;
  if (asked.web_search_options !== undefined && !together) {
    return E.left(invalid('This model cannot search the web beside tools.', 'web_search_options', 'unsupported_parameter'));
  }
  const search = together && (settings.searchSuffix || asked.web_search_options !== undefined);
  const picked: E.Either<ProxyError, Choice> =
    functions.length === 0 ? E.right({ mode: asked.tool_choice === 'none' ? 'NONE' : 'AUTO' }) : choice(asked, functions);
  return pipe(
    picked,
    E.map((chosen) => assembled(functions, chosen, search, settings.names)),
  );
};
