import { isObject, objectAt, objectsAt, textAt, textsAt, type JsonObject } from './json.ts';
import type { Traits } from './traits.ts';

const declared = (tools: readonly JsonObject[]): readonly string[] =>
  tools.flatMap((tool) => objectsAt(tool, 'functionDeclarations')).map((declaration) => textAt(declaration, 'name') ?? '');

const hasBuiltIn = (tools: readonly JsonObject[]): boolean =>
  tools.some((tool) => Object.keys(tool).some((name) => name !== 'functionDeclarations'));

const isEmpty = (tool: JsonObject): boolean => !hasBuiltIn([tool]) && objectsAt(tool, 'functionDeclarations').length === 0;

const badCallingConfig = (config: JsonObject, names: readonly string[]): string | undefined => {
  if (names.length === 0) return 'Function calling config is set without function_declarations.';
  const allowed = textsAt(config, 'allowedFunctionNames');
  const mode = textAt(config, 'mode') ?? 'AUTO';
  if (allowed.length > 0 && mode !== 'ANY' && mode !== 'VALIDATED')
    return 'Function calling config: allowed_function_names is only supported when mode is ANY or VALIDATED.';
  const unknown = allowed.find((name) => !names.includes(name));
  return unknown === undefined ? undefined : `Function calling config: allowed function name \`${unknown}\` is not in function_declarations.`;
};

const badMixture = ({ generation }: Traits, body: JsonObject): string | undefined => {
  const config = objectAt(body, 'toolConfig');
  const circulates = config['includeServerSideToolInvocations'] === true;
  if (generation < 3 && circulates) return 'Tool call context circulation is not enabled for this model.';
  const tools = objectsAt(body, 'tools');
  if (!hasBuiltIn(tools) || declared(tools).length === 0) return undefined;
  if (generation < 3) return 'Tool use with function calling is unsupported by the model.';
  if (!circulates)
    return 'Please enable tool_config.include_server_side_tool_invocations to use Built-in tools with Function calling.';
  const mode = textAt(objectAt(config, 'functionCallingConfig'), 'mode');
  return mode === 'AUTO' ? 'Function calling mode AUTO is not supported with Built-in tools. Please use VALIDATED or ANY.' : undefined;
};

/** How each of Google's own tools is called when a model does not do it. */
const toolNames: Readonly<Record<string, string>> = { googleSearch: 'Search Grounding', urlContext: 'Browse tool', codeExecution: 'Code execution', googleMaps: 'Maps Grounding' };

const notEnabled = (model: string, { functions, builtIns }: Traits, tools: readonly JsonObject[]): string | undefined => {
  if (!functions && declared(tools).length > 0) return `Function calling is not enabled for models/${model}`;
  const name = tools.flatMap((tool) => Object.keys(tool)).find((field) => field !== 'functionDeclarations' && !builtIns.includes(field));
  return name === undefined ? undefined : `${toolNames[name] ?? name} is not enabled for models/${model}`;
};

const isJson = (body: JsonObject): boolean => textAt(objectAt(body, 'generationConfig'), 'responseMimeType') === 'application/json';

/** Formats beside tools: none before Gemini 3; from then on not with a call that must come. */
const badFormat = ({ generation }: Traits, body: JsonObject): string | undefined => {
  const tools = objectsAt(body, 'tools');
  if (!isJson(body) || tools.length === 0) return undefined;
  if (generation < 3 && declared(tools).length > 0) return "Function calling with a response mime type: 'application/json' is unsupported";
  if (generation < 3) return "Tool use with a response mime type: 'application/json' is unsupported";
  const mode = textAt(objectAt(objectAt(body, 'toolConfig'), 'functionCallingConfig'), 'mode');
  return mode === 'ANY' ? "Forced function calling (mode = ANY) with a response mime type: 'application/json' is unsupported" : undefined;
};

/** What is wrong with a request's tools and tool configuration for a model. */
export const checkTools = (model: string, traits: Traits, body: JsonObject): string | undefined => {
  const tools = objectsAt(body, 'tools');
  const empty = tools.findIndex(isEmpty);
  if (empty >= 0) return `* GenerateContentRequest.tools[${empty}].tool_type: required one_of 'tool_type' must have one initialized field\n`;
  const names = declared(tools);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) return `Duplicate function declaration found: ${twice}`;
  const calling = objectAt(body, 'toolConfig')['functionCallingConfig'];
  return (isObject(calling) ? badCallingConfig(calling, names) : undefined) ?? notEnabled(model, traits, tools) ?? badMixture(traits, body) ?? badFormat(traits, body);
};
