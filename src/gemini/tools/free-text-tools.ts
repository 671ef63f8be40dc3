import { argumentsText } from '../arguments-text.ts';
import type { JsonObject } from '../request.ts';
import type { FunctionOffer } from './asked-tools.ts';

/** A tool that takes free text, which may have to match a grammar. */
export type FreeTextTool = {
  readonly name: string;
  readonly description?: string | undefined;
  readonly grammar?: { readonly syntax?: string | undefined; readonly definition: string } | undefined;
};

/** The one parameter that stands for a tool's free text. */
const parameter = 'input';

const describe = ({ description = '', grammar }: FreeTextTool): string => {
  if (grammar === undefined) return description;
  const rule = `The input must match this ${grammar.syntax ?? 'lark'} grammar:\n${grammar.definition}`;
  return description === '' ? rule : `${description}\n\n${rule}`;
};

/**
 * A tool's free text is what Gemini has no form for: it is declared as a function with one string. A grammar
 * can only be told in words.
 */
export const freeTextFunction = (tool: FreeTextTool, path: string): FunctionOffer => ({
  name: tool.name,
  description: describe(tool),
  parameters: { type: 'object', properties: { [parameter]: { type: 'string' } }, required: [parameter] },
  strict: undefined,
  path,
});

/** A call's text as the arguments of that function, in JSON. */
export const freeTextArguments = (input: string): string => JSON.stringify({ [parameter]: input });

/** The text of a call; arguments of another form are given as JSON. */
export const freeTextInput = (args: JsonObject | undefined): string => {
  const input = args?.[parameter];
  return typeof input === 'string' ? input : argumentsText(args);
};
