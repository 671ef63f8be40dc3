import { E, pipe } from '../../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../../kernel/proxy-error.ts';
import type { ModelTraits } from '../../../gemini/model-traits.ts';
import { settleWishes, type RefusedWish, type Settled, type Wish } from '../../../gemini/refused-pairs.ts';
import type { DeclaredTools } from './declared-tools.ts';
import { googleOptions } from './google-options.ts';
import type { ChatRequest } from './request.ts';
import type { ToolChoice } from './tool-choice.ts';

/** How the wishes are called towards callers. */
const names: Readonly<Record<Wish, string>> = {
  functions: 'functions',
  'a call': 'a call that must come',
  googleSearch: 'Google Search',
  urlContext: 'URL context',
  codeExecution: 'code execution',
  googleMaps: 'Google Maps',
  json: 'a JSON format',
  logprobs: 'log probabilities',
  'cached content': 'a cached content',
  instruction: 'a system instruction',
};

const wishError = ({ path, wish, beside }: RefusedWish): ProxyError => {
  const why =
    beside === null
      ? `this model does not do ${names[wish]}`
      : `this model does not do ${names[wish]} beside ${names[beside]}`;
  const cure =
    beside === null ? 'leave it out, or choose another model' : 'leave one of them out, or choose a Gemini 3 model';
  return invalid(`'${path}': ${why}; ${cure}.`, path, 'unsupported_parameter');
};

const wantsJson = (asked: ChatRequest): boolean =>
  asked.response_format !== undefined && asked.response_format.type !== 'text';

/**
 * A tool that nobody may call is no wish: Google's own would run all the same, functions would keep out a JSON format.
 */
const toolsOf = (
  { asked, declared, choice }: Asking,
  { traits, searchSuffix }: Settings,
): readonly (readonly [Wish, string | null])[] => {
  const path = asked.tools === undefined ? 'functions' : 'tools';
  const isOff = choice.kind === 'must not';
  const functions = declared.functions.length > 0 && !(isOff && (wantsJson(asked) || !traits.functions));
  const named = declared.builtIns.map(({ tool, path: at }): readonly [Wish, string] => [tool, at]);
  return [
    ...(functions ? [['functions', path] as const] : []),
    ...(functions && choice.kind === 'must' ? [['a call', 'tool_choice'] as const] : []),
    ...(searchSuffix && !isOff ? [['googleSearch', null] as const] : []),
    ...(asked.web_search_options !== undefined && !isOff ? [['googleSearch', 'web_search_options'] as const] : []),
    ...(isOff ? [] : named.toReversed()),
  ];
};

/** The tools of a request, and whether they may be called. */
type Asking = { readonly asked: ChatRequest; readonly declared: DeclaredTools; readonly choice: ToolChoice };

type Settings = { readonly traits: ModelTraits; readonly searchSuffix: boolean };

/** What a family takes of all that a request wants; a 400 that names the field which it refuses. */
export const settledWishes = (asking: Asking, settings: Settings): E.Either<ProxyError, Settled> => {
  const { asked } = asking;
  const wishes = new Map<Wish, string | null>([
    ['instruction', null],
    ...toolsOf(asking, settings),
    ...(wantsJson(asked) ? [['json', 'response_format'] as const] : []),
    ...(asked.logprobs === true ? [['logprobs', 'logprobs'] as const] : []),
    ...(googleOptions(asked).cached_content === undefined ? [] : [['cached content', 'cached_content'] as const]),
  ]);
  return pipe(settleWishes(wishes, settings.traits), E.mapLeft(wishError));
};
