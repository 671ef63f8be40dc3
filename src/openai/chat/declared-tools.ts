import { E } from '../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../kernel/proxy-error.ts';
import { builtInTool, type BuiltInTool } from './built-in-tools.ts';
import { asFunction } from './custom-tools.ts';
import type { ChatRequest, FunctionTool, ToolOffer } from './request.ts';
import { toolWishes } from './tool-wishes.ts';

/** What a request offers: functions (custom tools among them), and tools of Google's with the place they stand at. */
export type DeclaredTools = {
  readonly functions: readonly FunctionTool[];
  readonly builtIns: readonly { readonly tool: BuiltInTool; readonly path: string }[];
};

/** Names of the declared functions and custom tools, as the client knows them. */
export const declaredNames = (asked: ChatRequest): readonly string[] => [
  ...(asked.functions ?? []).map((tool) => tool.name),
  ...(asked.tools ?? []).flatMap((tool) => (builtInTool(tool) === undefined ? (tool.function?.name ?? tool.custom?.name ?? []) : [])),
];

/** Names of the custom tools: their calls are answered as such. */
export const customNames = (asked: ChatRequest): ReadonlySet<string> =>
  new Set((asked.tools ?? []).flatMap((tool) => (tool.function === undefined ? (tool.custom?.name ?? []) : [])));

const missing = (path: string): ProxyError => invalid(`Missing required parameter: '${path}'.`, path, 'missing_required_parameter');

const functionOf = (offer: ToolOffer, path: string): E.Either<ProxyError, FunctionTool> => {
  const type = offer.type ?? (offer.custom === undefined ? 'function' : 'custom');
  if (type === 'function') return offer.function === undefined ? E.left(missing(`${path}.function`)) : E.right(offer.function);
  if (type === 'custom') return offer.custom === undefined ? E.left(missing(`${path}.custom`)) : E.right(asFunction(offer.custom));
  return E.left(invalid(`'${path}.type' must be 'function', 'custom', or a tool of Google's.`, `${path}.type`, 'unsupported_value'));
};

/** A name declared twice is refused upstream: the first one stands. */
const withoutDoubles = (tools: readonly FunctionTool[]): readonly FunctionTool[] => {
  const first = new Map<string, FunctionTool>();
  for (const tool of tools) if (!first.has(tool.name)) first.set(tool.name, tool);
  return [...first.values()];
};

/** Reads `tools` and the deprecated `functions`. */
export const declaredTools = (asked: ChatRequest): E.Either<ProxyError, DeclaredTools> => {
  const functions: FunctionTool[] = [...(asked.functions ?? [])];
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
    functions.push(read.right);
  }
  return E.right({ functions: withoutDoubles(functions), builtIns });
};
