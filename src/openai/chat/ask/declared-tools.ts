import { E } from '../../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../../kernel/proxy-error.ts';
import type { BuiltInTool } from '../../../gemini/model-traits.ts';
import { newSchemaBudget, type SchemaBudget } from '../../../gemini/schema/schema-budget.ts';
import type { JsonObject } from '../../../gemini/request.ts';
import { builtInTool } from './built-in-tools.ts';
import { asFunction } from './custom-tools.ts';
import { functionParameters } from '../../../gemini/conversation/function-parameters.ts';
import type { ChatRequest, FunctionTool, ToolOffer } from './request.ts';
import { toolWishes } from './tool-wishes.ts';

/** A function with its parameters as Gemini takes them; without any where it has none. */
export type DeclaredFunction = Omit<FunctionTool, 'parameters'> & { readonly parameters: JsonObject | undefined };

/** What a request offers: functions (custom tools among them), and tools of Google's with the place they stand at. */
export type DeclaredTools = {
  readonly functions: readonly DeclaredFunction[];
  readonly builtIns: readonly { readonly tool: BuiltInTool; readonly path: string }[];
};

/** Names of the declared functions and custom tools, as the client knows them. */
export const declaredNames = (asked: ChatRequest): readonly string[] => [
  ...(asked.functions ?? []).map((tool) => tool.name),
  ...(asked.tools ?? []).flatMap((tool) =>
    builtInTool(tool) === undefined ? (tool.function?.name ?? tool.custom?.name ?? []) : [],
  ),
];

/** Names of the custom tools: their calls are answered as such. */
export const customNames = (asked: ChatRequest): ReadonlySet<string> =>
  new Set((asked.tools ?? []).flatMap((tool) => (tool.function === undefined ? (tool.custom?.name ?? []) : [])));

const missingParameter = (path: string): ProxyError =>
  invalid(`Missing required parameter: '${path}'.`, path, 'missing_required_parameter');

const functionOf = (offer: ToolOffer, path: string): E.Either<ProxyError, FunctionTool> => {
  const type = offer.type ?? (offer.custom === undefined ? 'function' : 'custom');
  if (type === 'function')
    return offer.function === undefined ? E.left(missingParameter(`${path}.function`)) : E.right(offer.function);
  if (type === 'custom')
    return offer.custom === undefined ? E.left(missingParameter(`${path}.custom`)) : E.right(asFunction(offer.custom));
  return E.left(
    invalid(`'${path}.type' must be 'function', 'custom', or a tool of Google's.`, `${path}.type`, 'unsupported_value'),
  );
};

type Offered = { readonly tool: FunctionTool; readonly path: string };

/** A name declared twice is refused upstream: the first one stands. */
const withoutDoubles = (offers: readonly Offered[]): readonly Offered[] => {
  const first = new Map<string, Offered>();
  for (const offer of offers) if (!first.has(offer.tool.name)) first.set(offer.tool.name, offer);
  return [...first.values()];
};

const declareFunctions = (
  offers: readonly Offered[],
  budget: SchemaBudget,
): E.Either<ProxyError, readonly DeclaredFunction[]> => {
  const functions: DeclaredFunction[] = [];
  for (const { tool, path } of offers) {
    const parameters = functionParameters(tool.parameters, budget, `${path}.parameters`);
    if (E.isLeft(parameters)) return parameters;
    functions.push({ ...tool, parameters: parameters.right });
  }
  return E.right(functions);
};

/** Reads `tools` and the deprecated `functions`. */
export const declaredTools = (asked: ChatRequest): E.Either<ProxyError, DeclaredTools> => {
  const offers: Offered[] = (asked.functions ?? []).map((tool, index) => ({ tool, path: `functions.${index}` }));
  const builtIns: DeclaredTools['builtIns'][number][] = [...toolWishes(asked)];
  for (const [index, offer] of (asked.tools ?? []).entries()) {
    const path = `tools.${index}`;
    const tool = builtInTool(offer);
    if (tool !== undefined) {
      builtIns.push({ tool, path });
      continue;
    }
    const read = functionOf(offer, path);
    if (E.isLeft(read)) return read;
    offers.push({ tool: read.right, path: `${path}.function` });
  }
  return E.map((functions: readonly DeclaredFunction[]) => ({ functions, builtIns }))(
    declareFunctions(withoutDoubles(offers), newSchemaBudget()),
  );
};
