import { E, pipe } from '../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../kernel/proxy-error.ts';
import type { ModelTraits } from '../model-traits.ts';
import { settleWishes, type RefusedWish, type Settled, type Wish } from '../refused-pairs.ts';
import type { AskedTools } from './asked-tools.ts';

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

/**
 * A tool that nobody may call is no wish: Google's own would run all the same, functions would keep out a JSON format.
 */
const addTools = (
  wishes: Map<Wish, string | null>,
  { functions, builtIns, choice, paths, json }: AskedTools,
  traits: ModelTraits,
): void => {
  const isOff = choice.kind === 'must not';
  if (functions.length > 0 && !(isOff && (json !== null || !traits.functions))) {
    wishes.set('functions', paths.functions);
    if (choice.kind === 'must') wishes.set('a call', paths.choice);
  }
  if (!isOff) for (const { tool, path } of builtIns) wishes.set(tool, path);
};

const nothingAsked: E.Either<ProxyError, Settled> = E.right({ kept: new Set(['instruction']), jsonByFunction: false });

const asksNothing = ({ functions, builtIns, json, logprobs, cachedContent }: AskedTools): boolean =>
  functions.length === 0 && builtIns.length === 0 && json === null && logprobs === null && cachedContent === null;

/** What a family takes of all that a request wants; a 400 that names the field which it refuses. */
export const settleTools = (asked: AskedTools, traits: ModelTraits): E.Either<ProxyError, Settled> => {
  if (asksNothing(asked)) return nothingAsked;
  const wishes = new Map<Wish, string | null>([['instruction', null]]);
  addTools(wishes, asked, traits);
  if (asked.json !== null) wishes.set('json', asked.json.path);
  if (asked.logprobs !== null) wishes.set('logprobs', asked.logprobs);
  if (asked.cachedContent !== null) wishes.set('cached content', asked.cachedContent);
  return pipe(settleWishes(wishes, traits), E.mapLeft(wishError));
};
