import { E } from '../../../kernel/fp.ts';
import { isObject } from '../../../kernel/is-object.ts';
import { invalid, type ProxyError } from '../../../kernel/proxy-error.ts';
import type { AskedTools, ToolChoice } from '../../../gemini/tools/asked-tools.ts';
import { isHouseTool } from './house-tools.ts';
import { joinName } from './joined-name.ts';
import type { OfferedTools } from './offered-tools.ts';
import type { ResponseFields } from './response-fields.ts';

/** The tools that may be used, and whether one of them must be. */
export type ChosenTools = Pick<AskedTools, 'functions' | 'builtIns' | 'choice'>;

type Read<A> = E.Either<ProxyError, A>;

const words: ReadonlyMap<unknown, ToolChoice> = new Map<string, ToolChoice>([
  ['auto', { kind: 'may' }],
  ['none', { kind: 'must not' }],
  ['required', { kind: 'must' }],
]);

const badChoice = (path: string): Read<never> =>
  E.left(
    invalid(
      `'${path}' must be 'none', 'auto', 'required', or name a tool of the request.`,
      path,
      'invalid_value',
    ),
  );

const noSuchTool = (type: string, path: string): ProxyError =>
  invalid(`'${path}': Gemini has no counterpart of '${type.slice(0, 64)}'; leave it out.`, path, 'unsupported_tool');

/** What one entry of a choice names: a function by the name that stands for it, or the type of another tool. */
type Named = { readonly function: string } | { readonly type: string };

const namedBy = (entry: unknown, { kinds }: OfferedTools): Named | null => {
  if (!isObject(entry)) return null;
  const { type, name, namespace, function: nested } = entry;
  const own = typeof name === 'string' ? name : isObject(nested) ? nested['name'] : undefined;
  if (typeof own === 'string') {
    const joined = joinName(typeof namespace === 'string' ? namespace : undefined, own);
    if (kinds.has(joined)) return { function: joined };
    const bare = [...kinds].find(([, kind]) => kind.name === own);
    return bare === undefined ? null : { function: bare[0] };
  }
  if (typeof type !== 'string') return null;
  return isHouseTool(type) || type === 'tool_search' ? { function: type } : { type };
};

const isWebSearch = (type: string): boolean => type.startsWith('web_search');

/** The type as it was offered: `web_search_preview` may mean the `web_search` of the request. */
const offeredType = (type: string, { types }: OfferedTools): string | undefined =>
  types.has(type) ? type : [...types.keys()].find((one) => isWebSearch(one) && isWebSearch(type));

const isOfType = (type: string, offered: OfferedTools, tool: string): boolean =>
  offered.types.get(offeredType(type, offered) ?? '') === tool;

/** Gemini can be held to functions alone: a tool of Google's is the only one left, and may be used. */
const onlyNamed = (
  entries: readonly unknown[],
  kind: ToolChoice['kind'],
  [offered, path]: readonly [OfferedTools, string],
): Read<ChosenTools> => {
  const functions: string[] = [];
  const types: string[] = [];
  for (const entry of entries) {
    const named = namedBy(entry, offered);
    if (named === null) return badChoice(path);
    if ('function' in named) {
      if (!offered.kinds.has(named.function)) return badChoice(path);
      functions.push(named.function);
      continue;
    }
    const type = offeredType(named.type, offered);
    const isKnown = type !== undefined && offered.types.get(type) !== null;
    const isForeign = /^(?:mcp|file_search|computer|programmatic_tool_calling)/.test(named.type);
    if (isForeign || (type !== undefined && !isKnown)) return E.left(noSuchTool(named.type, path));
    if (!isKnown) return badChoice(path);
    types.push(type);
  }
  if (entries.length === 0) return badChoice(path);
  const builtIns = offered.builtIns.filter(({ tool }) => types.some((type) => isOfType(type, offered, tool)));
  if (functions.length === 0) return E.right({ functions: [], builtIns, choice: { kind: 'may' } });
  const choice: ToolChoice = { kind: types.length === 0 ? kind : 'may', only: functions };
  return E.right({ functions: offered.functions, builtIns, choice });
};

/** The tools that `tool_choice` leaves, in every form of it. */
export const chosenTools = (
  { tool_choice: wish }: Pick<ResponseFields, 'tool_choice'>,
  offered: OfferedTools,
): Read<ChosenTools> => {
  const { functions, builtIns } = offered;
  if (wish === undefined) return E.right({ functions, builtIns, choice: { kind: 'may' } });
  const path = 'tool_choice';
  if (typeof wish === 'string') {
    const choice = words.get(wish);
    if (choice === undefined) return badChoice(path);
    const must = choice.kind === 'must' && functions.length === 0;
    return E.right({ functions, builtIns, choice: must ? { kind: 'may' } : choice });
  }
  const { type, mode, tools } = wish;
  if (type !== 'allowed_tools') return onlyNamed([wish], 'must', [offered, path]);
  if (!Array.isArray(tools)) return badChoice(`${path}.tools`);
  if (mode !== 'auto' && mode !== 'required') return badChoice(`${path}.mode`);
  return onlyNamed(tools, mode === 'required' ? 'must' : 'may', [offered, `${path}.tools`]);
};
