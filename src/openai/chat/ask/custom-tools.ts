import { argumentsText } from '../../../gemini/arguments-text.ts';
import type { JsonObject } from '../../../gemini/request.ts';
import type { CustomTool, FunctionTool } from './request.ts';

/** The one parameter that stands for a custom tool's free text. */
const parameter = 'input';

const describeTool = ({ description = '', format }: CustomTool): string => {
  const grammar = format?.grammar;
  if (grammar === undefined) return description;
  const rule = `The input must match this ${grammar.syntax ?? 'lark'} grammar:\n${grammar.definition}`;
  return description === '' ? rule : `${description}\n\n${rule}`;
};

/**
 * A custom tool takes free text, which Gemini has no form for: it is declared as a function with one string. A grammar
 * can only be told in words.
 */
export const asFunction = (tool: CustomTool): FunctionTool => ({
  name: tool.name,
  description: describeTool(tool),
  parameters: { type: 'object', properties: { [parameter]: { type: 'string' } }, required: [parameter] },
  strict: undefined,
});

/** A custom call's text as the arguments of that function, in JSON. */
export const customArguments = (input: string): string => JSON.stringify({ [parameter]: input });

/** The text of a custom call; arguments of another form are given as JSON. */
export const customInput = (args: JsonObject | undefined): string => {
  const input = args?.[parameter];
  return typeof input === 'string' ? input : argumentsText(args);
};
