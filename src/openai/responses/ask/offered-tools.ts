import { E, pipe, t } from '../../../kernel/fp.ts';
import { isObject } from '../../../kernel/is-object.ts';
import { invalid, type ProxyError } from '../../../kernel/proxy-error.ts';
import type { BuiltInTool } from '../../../gemini/model-traits.ts';
import type { BuiltInOffer, FunctionOffer } from '../../../gemini/tools/asked-tools.ts';
import { withLongNumbers, type LongNumbers } from '../../../gemini/schema/long-numbers.ts';
import { freeTextFunction } from '../../../gemini/tools/free-text-tools.ts';
import { decodeWith, oneOf, optional, record } from '../../../wire/codec.ts';
import { schemaOr } from '../../../wire/schema-codec.ts';
import { houseTools, isHouseTool } from './house-tools.ts';
import type { ItemTools } from './read-items.ts';
import { unusedToolName, type ToolKind } from './tool-kinds.ts';

/** The tools of a request, as far as Gemini can have them. */
export type OfferedTools = {
  readonly functions: FunctionOffer[];
  readonly builtIns: BuiltInOffer[];
  /** Each function by the name that stands for it, and what its calls are answered with. */
  readonly kinds: Map<string, ToolKind>;
  /** How long numbers are written in their schemas. */
  readonly numbers: LongNumbers | null;
  /** The types of Google's tools among them, by what they ask for; and of those that have no counterpart. */
  readonly types: Map<string, BuiltInTool | 'picture' | null>;
};

const text = optional(t.string);
const typed = record({ type: t.string });
const functionTool = record({
  name: t.string,
  description: text,
  parameters: schemaOr({ type: 'object', additionalProperties: true }),
  strict: optional(t.boolean),
});
const format = record({
  type: optional(oneOf(['text', 'grammar'])),
  syntax: optional(oneOf(['lark', 'regex'])),
  definition: text,
});
const customTool = record({ name: t.string, description: text, format: optional(format) });
const namespaceTool = record({ name: t.string, description: text, tools: t.UnknownArray });
const searchTool = record({ execution: text, description: text, parameters: optional(t.UnknownRecord) });

/** Where a tool stands, and in which namespace. */
type Place = { readonly path: string; readonly namespace?: string; readonly about?: string | undefined };

const describe = (own: string | undefined, about: string | undefined): string | undefined =>
  about === undefined || about === '' ? own : [about, own ?? ''].join('\n\n').trim();

const addFunction = (into: OfferedTools, kind: ToolKind, offer: Omit<FunctionOffer, 'name'>): void => {
  const name = unusedToolName(kind, into.kinds);
  if (into.kinds.has(name)) return;
  into.kinds.set(name, kind);
  into.functions.push({ ...offer, name });
};

type Fault = ProxyError | null;

const missing = (path: string): Fault =>
  invalid(`Missing required parameter: '${path}'.`, path, 'missing_required_parameter');

const readFunction = (into: OfferedTools, tool: unknown, { path, namespace, about }: Place): Fault => {
  // Some send the form of the chat API.
  const nested = isObject(tool) && isObject(tool['function']) ? tool['function'] : tool;
  const read = decodeWith(functionTool, nested === tool ? path : `${path}.function`)(nested);
  if (E.isLeft(read)) return read.left;
  const { name, description, parameters: schema, strict } = read.right;
  if (name === '') return missing(`${path}.name`);
  const parameters = schema === undefined || into.numbers === null ? schema : withLongNumbers(schema, into.numbers);
  addFunction(
    into,
    { kind: 'function', name, namespace },
    { description: describe(description, about), parameters, strict, path: `${path}.parameters` },
  );
  return null;
};

const readCustom = (into: OfferedTools, tool: unknown, { path, namespace, about }: Place): Fault => {
  const read = decodeWith(customTool, path)(tool);
  if (E.isLeft(read)) return read.left;
  const { name, description, format: form } = read.right;
  const definition = form?.definition;
  if (form?.type === 'grammar' && definition === undefined) return missing(`${path}.format.definition`);
  if (name === '') return missing(`${path}.name`);
  const grammar = definition === undefined ? undefined : { syntax: form?.syntax, definition };
  const offer = freeTextFunction({ name, description: describe(description, about), grammar }, path);
  addFunction(into, { kind: 'custom', name, namespace }, offer);
  return null;
};

const readNamespace = (into: OfferedTools, tool: unknown, { path }: Place): Fault => {
  const read = decodeWith(namespaceTool, path)(tool);
  if (E.isLeft(read)) return read.left;
  const { name: namespace, description, tools } = read.right;
  if (namespace === '') return missing(`${path}.name`);
  for (const [at, inner] of tools.entries()) {
    const place = { path: `${path}.tools.${at}`, namespace, about: at === 0 ? description : undefined };
    const type = isObject(inner) && inner['type'] === 'custom' ? 'custom' : 'function';
    const fault = type === 'custom' ? readCustom(into, inner, place) : readFunction(into, inner, place);
    if (fault !== null) return fault;
  }
  return null;
};

const query = { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] };

/** A search that the client makes; one of OpenAI's own has nothing to find, since all tools are told. */
const readSearch = (into: OfferedTools, tool: unknown, { path }: Place): Fault =>
  pipe(
    decodeWith(searchTool, path)(tool),
    E.match(
      (fault): Fault => fault,
      ({ execution, description, parameters }): Fault => {
        into.types.set('tool_search', null);
        if (execution !== 'client') return null;
        const offer = { description: description ?? 'Finds more tools.', parameters: parameters ?? query };
        addFunction(into, { kind: 'tool_search', name: 'tool_search' }, { ...offer, strict: undefined, path });
        return null;
      },
    ),
  );

const builtIns: readonly (readonly [RegExp, BuiltInTool | 'picture'])[] = [
  [/^web_search/, 'googleSearch'],
  [/^google_?search$/i, 'googleSearch'],
  [/^url_?context$/i, 'urlContext'],
  [/^google_?maps$/i, 'googleMaps'],
  [/^code_(?:interpreter|execution)$/, 'codeExecution'],
  [/^image_generation$/, 'picture'],
];

/** A tool of Google's yields to functions where a model does not do both: programs declare it beside them. */
const addBuiltIn = (into: OfferedTools, type: string, tool: object): void => {
  const meant = builtIns.find(([pattern]) => pattern.test(type))?.[1] ?? null;
  const isOff = 'external_web_access' in tool && tool.external_web_access === false;
  into.types.set(type, meant);
  if (meant !== null && meant !== 'picture' && !isOff) into.builtIns.push({ tool: meant, path: null });
};

/** The shell of a container is OpenAI's own machine. */
const isElsewhere = (tool: object): boolean =>
  'environment' in tool && isObject(tool.environment) && String(tool.environment['type']).startsWith('container');

const readTool = (into: OfferedTools, tool: unknown, path: string): Fault => {
  const read = decodeWith(typed, path)(tool);
  if (E.isLeft(read)) return read.left;
  const { type } = read.right;
  switch (type) {
    case 'function':
      return readFunction(into, tool, { path });
    case 'custom':
      return readCustom(into, tool, { path });
    case 'namespace':
      return readNamespace(into, tool, { path });
    case 'tool_search':
      return readSearch(into, tool, { path });
    default:
      if (isHouseTool(type) && !isElsewhere(read.right)) {
        addFunction(into, { kind: type, name: type }, { ...houseTools[type], strict: undefined, path });
      } else addBuiltIn(into, type, read.right);
      return null;
  }
};

/** One for all requests without tools: what is made of a list of tools is remembered by it. */
const nothingOffered: E.Either<ProxyError, OfferedTools> = E.right({
  functions: [],
  builtIns: [],
  kinds: new Map(),
  types: new Map(),
  numbers: null,
});

/** All tools that a request has, its own and those that items bring. */
export const offeredTools = (
  lists: readonly ItemTools[],
  numbers: LongNumbers | null,
): E.Either<ProxyError, OfferedTools> => {
  if (lists.every(({ tools }) => tools.length === 0)) return nothingOffered;
  const into: OfferedTools = { functions: [], builtIns: [], kinds: new Map(), types: new Map(), numbers };
  for (const { tools, path } of lists) {
    for (let at = 0; at < tools.length; at += 1) {
      const fault = readTool(into, tools[at], `${path}.${at}`);
      if (fault !== null) return E.left(fault);
    }
  }
  return E.right(into);
};
