import { E } from '../../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../../kernel/proxy-error.ts';
import { builtInNames } from './built-in-tools.ts';
import type { FunctionOffer, ToolChoice } from '../../../gemini/tools/asked-tools.ts';
import type { ChatTerms } from './request.ts';

const words: Readonly<Record<string, ToolChoice>> = {
  auto: { kind: 'may' },
  none: { kind: 'must not' },
  required: { kind: 'must' },
};

const badChoice = (path: string): E.Either<ProxyError, never> =>
  E.left(invalid(`'${path}' must be 'none', 'auto', 'required', or name a declared function.`, path, 'invalid_value'));

type Wanted = {
  readonly path: string;
  readonly functions: readonly FunctionOffer[];
  readonly builtIns: ReadonlySet<string>;
};

/** Gemini can be held to functions, not to tools of Google's: those it may use. */
const namedChoice = (
  names: readonly (string | undefined)[],
  kind: ToolChoice['kind'],
  { path, functions, builtIns }: Wanted,
): E.Either<ProxyError, ToolChoice> => {
  const declared = new Set(functions.map((tool) => tool.name));
  const known = names.flatMap((name) => (name !== undefined && declared.has(name) ? [name] : []));
  const ofGoogle = names.filter((name) => name !== undefined && builtIns.has(name)).length;
  if (names.length === 0 || known.length + ofGoogle < names.length) return badChoice(path);
  return E.right(known.length === 0 ? { kind: 'may' } : { kind: ofGoogle === 0 ? kind : 'may', only: known });
};

type Chosen = {
  readonly type?: string | undefined;
  readonly function: { readonly name: string } | undefined;
  readonly custom: { readonly name: string } | undefined;
};

const nameOf = (chosen: Chosen): string | undefined => chosen.function?.name ?? chosen.custom?.name ?? chosen.type;

const none: ToolChoice = { kind: 'must not' };

/** `tool_choice`, or the deprecated `function_call`, which says the same for one function. */
export const toolChoice = (
  asked: ChatTerms,
  functions: readonly FunctionOffer[],
): E.Either<ProxyError, ToolChoice> => {
  if (functions.length === 0) return E.right(asked.tool_choice === 'none' ? none : { kind: 'may' });
  const path = asked.tool_choice === undefined ? 'function_call' : 'tool_choice';
  const legacy =
    typeof asked.function_call === 'object'
      ? { function: asked.function_call, custom: undefined, allowed_tools: undefined }
      : asked.function_call;
  const wish = asked.tool_choice ?? legacy;
  if (wish === undefined) return E.right({ kind: 'may' });
  if (typeof wish === 'string') {
    const read = Object.hasOwn(words, wish) ? words[wish] : undefined;
    return read === undefined ? badChoice(path) : E.right(read);
  }
  const wanted: Wanted = { path, functions, builtIns: builtInNames(asked.tools ?? []) };
  if (wish.allowed_tools !== undefined) {
    const { mode, tools } = wish.allowed_tools;
    return namedChoice(tools.map(nameOf), mode === 'required' ? 'must' : 'may', wanted);
  }
  return namedChoice([nameOf(wish)], 'must', wanted);
};
