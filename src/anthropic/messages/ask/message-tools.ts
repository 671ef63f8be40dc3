import { E } from '../../../kernel/fp.ts';
import { isObject } from '../../../kernel/is-object.ts';
import { invalid, type ProxyError } from '../../../kernel/proxy-error.ts';
import { oncePer } from '../../../kernel/remember.ts';
import type { BuiltInTool } from '../../../gemini/model-traits.ts';
import type {
  AskedTools,
  BuiltInOffer,
  FunctionOffer,
  JsonWish,
  ToolChoice,
} from '../../../gemini/tools/asked-tools.ts';
import { clientTool } from './client-tools.ts';
import type { ToolChanges } from './message-turns.ts';
import type { MessagesRequest } from './request.ts';
import { badField, type Block } from './user-blocks.ts';

/** Tools of Anthropic's servers that Gemini has too; what they say of domains, places and uses is let go. */
const serverTools: readonly (readonly [RegExp, BuiltInTool])[] = [
  [/^web_search_\d+$/, 'googleSearch'],
  [/^web_fetch_\d+$/, 'urlContext'],
  [/^code_execution_\d+$/, 'codeExecution'],
];

/** It looks for deferred tools, all of which are declared where it is. */
const toolSearch = /^tool_search_tool_/;

const customTool = (tool: Block, path: string): E.Either<ProxyError, FunctionOffer> => {
  const { name, description, input_schema: schema, strict } = tool;
  if (typeof name !== 'string' || name === '') return badField(`${path}.name`, 'a name', name === '' ? null : name);
  if (schema != null && typeof schema !== 'boolean' && !isObject(schema)) {
    return badField(`${path}.input_schema`, 'an object', schema);
  }
  return E.right({
    name,
    description: typeof description === 'string' ? description : undefined,
    parameters: isObject(schema) ? schema : undefined,
    strict: strict === true ? true : undefined,
    path: `${path}.input_schema`,
  });
};

type Offer = { readonly function: FunctionOffer } | { readonly builtIn: BuiltInOffer };

const offerOf = (tool: Block, path: string): E.Either<ProxyError, Offer> => {
  const { type, name } = tool;
  if (type == null || type === 'custom') {
    return E.map((offer: FunctionOffer): Offer => ({ function: offer }))(customTool(tool, path));
  }
  if (typeof type !== 'string') return badField(`${path}.type`, 'a string', type);
  const google = serverTools.find(([pattern]) => pattern.test(type));
  if (google !== undefined) return E.right({ builtIn: { tool: google[1], path } });
  const known = clientTool(type, name, path);
  if (known !== undefined) return E.right({ function: known });
  return E.left(
    invalid(
      `'${path}.type': tools of type ${type.slice(0, 60)} are not known here.`,
      `${path}.type`,
      'unsupported_value',
    ),
  );
};

/** A tool and the field that it stands in. */
type Placed = readonly [tool: Block, path: string];

/** The tools that the conversation has at its end: deferred ones once loaded, those added, none taken away. */
const offeredTools = (tools: readonly Block[], changes: ToolChanges): readonly Placed[] => {
  const findsAll = tools.some(({ type }) => typeof type === 'string' && toolSearch.test(type));
  const isOffered = ({ type, name, defer_loading: isDeferred }: Block): boolean => {
    if (typeof type === 'string' && toolSearch.test(type)) return false;
    if (typeof name === 'string' && changes.removed.has(name)) return false;
    return isDeferred !== true || findsAll || (typeof name === 'string' && changes.loaded.has(name));
  };
  return [
    ...tools.map((tool, index): Placed => [tool, `tools.${index}`]),
    ...changes.added.map((tool): Placed => [{ ...tool, defer_loading: false }, 'messages']),
  ].filter(([tool]) => isOffered(tool));
};

/** As many as a request may bring (field-limits.ts), those that its messages add among them. */
const mostTools = 512;

const tooManyTools: ProxyError = invalid(
  `'messages' add too many tools: at most ${mostTools} are taken in all.`,
  'messages',
  'invalid_value',
);

type Offers = { readonly functions: readonly FunctionOffer[]; readonly builtIns: readonly BuiltInOffer[] };

/** A tool that was added again stands for the one of its name. */
const readOffers = (tools: readonly Block[], changes: ToolChanges): E.Either<ProxyError, Offers> => {
  const functions = new Map<string, FunctionOffer>();
  const builtIns: BuiltInOffer[] = [];
  const isAdded = changes.added.length > 0;
  const offered = offeredTools(tools, changes);
  if (offered.length > mostTools) return E.left(tooManyTools);
  for (const [tool, path] of offered) {
    const read = offerOf(tool, path);
    if (E.isLeft(read)) return read;
    if ('builtIn' in read.right) builtIns.push(read.right.builtIn);
    else functions.set(isAdded ? read.right.function.name : path, read.right.function);
  }
  return E.right({ functions: [...functions.values()], builtIns: builtIns.toReversed() });
};

const noTools: readonly Block[] = [];
const noChanges: ToolChanges = { loaded: new Set(), added: [], removed: new Set(), effort: undefined };

/** What tools offer that no message changes: read once for those that come with every turn of an agent. */
const listedOffers = oncePer((tools: readonly Block[]) => readOffers(tools, noChanges));

const offersOf = ({ tools = noTools, changes }: MessagesRequest): E.Either<ProxyError, Offers> => {
  const { loaded, added, removed } = changes;
  const isChanged = loaded.size > 0 || added.length > 0 || removed.size > 0;
  return isChanged ? readOffers(tools, changes) : listedOffers(tools);
};

const namedChoice = (name: string | undefined, { functions, builtIns }: Offers): E.Either<ProxyError, ToolChoice> => {
  const path = 'tool_choice.name';
  if (name === undefined) return badField(path, 'the name of a tool', name);
  if (functions.some((tool) => tool.name === name)) return E.right({ kind: 'must', only: [name] });
  // Gemini can be held to functions, not to tools of Google's: those it may use.
  if (builtIns.length > 0) return E.right({ kind: 'may' });
  return E.left(invalid(`'${path}' names no tool of this request.`, path, 'invalid_value'));
};

const choiceOf = ({ tool_choice: choice }: MessagesRequest, offers: Offers): E.Either<ProxyError, ToolChoice> => {
  if (choice?.type === 'none') return E.right({ kind: 'must not' });
  if (choice === undefined || choice.type === 'auto') return E.right({ kind: 'may' });
  if (offers.functions.length === 0 && offers.builtIns.length === 0) return E.right({ kind: 'may' });
  return choice.type === 'tool'
    ? namedChoice(choice.name, offers)
    : E.right({ kind: offers.functions.length === 0 ? 'may' : 'must' });
};

/** The wish for an answer in JSON, by the field's newer or older name; null for none. */
export const jsonWish = ({ output_config: config, output_format: older }: MessagesRequest): JsonWish | null => {
  const path = config?.format === undefined ? 'output_format' : 'output_config.format';
  const format = config?.format ?? older;
  return format === undefined ? null : { path, schema: format.schema, schemaPath: `${path}.schema` };
};

/** What a request asks of tools; `searchSuffix` is the model's `-search`. */
export const messageTools = (asked: MessagesRequest, searchSuffix: boolean): E.Either<ProxyError, AskedTools> => {
  const read = offersOf(asked);
  if (E.isLeft(read)) return read;
  const { functions, builtIns } = read.right;
  return E.map((choice: ToolChoice): AskedTools => ({
    functions,
    builtIns: searchSuffix ? [{ tool: 'googleSearch', path: null }, ...builtIns] : builtIns,
    choice,
    paths: { functions: 'tools', choice: 'tool_choice' },
    json: jsonWish(asked),
    logprobs: null,
    cachedContent: null,
  }))(choiceOf(asked, read.right));
};
