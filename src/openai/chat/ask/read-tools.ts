import { E } from '../../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../../kernel/proxy-error.ts';
import { oncePer } from '../../../kernel/remember.ts';
import type { AskedTools, BuiltInOffer, FunctionOffer, JsonWish } from '../../../gemini/tools/asked-tools.ts';
import { freeTextFunction } from '../../../gemini/tools/free-text-tools.ts';
import { builtInTool } from './built-in-tools.ts';
import { cachedContent } from './google-options.ts';
import type { ChatTerms, FunctionTool, ToolOffer } from './request.ts';
import { toolChoice } from './tool-choice.ts';
import { toolWishes } from './tool-wishes.ts';

const noNames: ReadonlySet<string> = new Set();

/** Names of the custom tools: their calls are answered as such. */
export const customNames = ({ tools }: ChatTerms): ReadonlySet<string> =>
  tools === undefined
    ? noNames
    : new Set(tools.flatMap((tool) => (tool.function === undefined ? (tool.custom?.name ?? []) : [])));

const missingParameter = (path: string): ProxyError =>
  invalid(`Missing required parameter: '${path}'.`, path, 'missing_required_parameter');

const functionOffer = ({ name, description, parameters, strict }: FunctionTool, path: string): FunctionOffer => ({
  name,
  description,
  parameters,
  strict,
  path: `${path}.parameters`,
});

const customOffer = ({ name, description, format }: NonNullable<ToolOffer['custom']>, path: string): FunctionOffer =>
  freeTextFunction({ name, description, grammar: format?.grammar }, path);

const offerOf = (offer: ToolOffer, path: string): E.Either<ProxyError, FunctionOffer> => {
  const type = offer.type ?? (offer.custom === undefined ? 'function' : 'custom');
  if (type === 'function')
    return offer.function === undefined
      ? E.left(missingParameter(`${path}.function`))
      : E.right(functionOffer(offer.function, `${path}.function`));
  if (type === 'custom')
    return offer.custom === undefined
      ? E.left(missingParameter(`${path}.custom`))
      : E.right(customOffer(offer.custom, `${path}.function.parameters`));
  return E.left(
    invalid(`'${path}.type' must be 'function', 'custom', or a tool of Google's.`, `${path}.type`, 'unsupported_value'),
  );
};

type Offers = Pick<AskedTools, 'functions' | 'builtIns'>;

/** What `tools` offers; the same list comes again with each turn of an agent. */
const listedOffers = oncePer((tools: readonly ToolOffer[]): E.Either<ProxyError, Offers> => {
  const functions: FunctionOffer[] = [];
  const builtIns: BuiltInOffer[] = [];
  for (const [index, offer] of tools.entries()) {
    const path = `tools.${index}`;
    const tool = builtInTool(offer);
    if (tool !== undefined) {
      builtIns.push({ tool, path });
      continue;
    }
    const read = offerOf(offer, path);
    if (E.isLeft(read)) return read;
    functions.push(read.right);
  }
  return E.right({ functions, builtIns });
});

const noTools: readonly ToolOffer[] = [];
const noBuiltIns: readonly BuiltInOffer[] = [];

/** Google's tools, wherever they are asked for; the first of two that ask for one names it in a refusal. */
const builtInsOf = (
  asked: ChatTerms,
  listed: readonly BuiltInOffer[],
  searchSuffix: boolean,
): readonly BuiltInOffer[] => {
  const wishes = toolWishes(asked);
  const isAsked = searchSuffix || asked.web_search_options !== undefined;
  if (!isAsked && wishes.length === 0 && listed.length === 0) return noBuiltIns;
  const builtIns: BuiltInOffer[] = [];
  if (searchSuffix) builtIns.push({ tool: 'googleSearch', path: null });
  if (asked.web_search_options !== undefined) builtIns.push({ tool: 'googleSearch', path: 'web_search_options' });
  return [...builtIns, ...[...wishes, ...listed].toReversed()];
};

/** `tools` and the deprecated `functions`. */
const readOffers = (asked: ChatTerms, searchSuffix: boolean): E.Either<ProxyError, Offers> => {
  const listed = listedOffers(asked.tools ?? noTools);
  if (E.isLeft(listed)) return listed;
  const own = (asked.functions ?? []).map((tool, index) => functionOffer(tool, `functions.${index}`));
  const functions = own.length === 0 ? listed.right.functions : [...own, ...listed.right.functions];
  return E.right({ functions, builtIns: builtInsOf(asked, listed.right.builtIns, searchSuffix) });
};

/** The wish for an answer in JSON; null for none. */
export const jsonWish = ({ response_format: format }: ChatTerms): JsonWish | null =>
  format === undefined || format.type === 'text'
    ? null
    : { path: 'response_format', schema: format.json_schema?.schema, schemaPath: 'response_format.json_schema.schema' };

/** What a chat request asks of tools; `searchSuffix` is the model's `-search`. */
export const readTools = (asked: ChatTerms, searchSuffix: boolean): E.Either<ProxyError, AskedTools> => {
  const offers = readOffers(asked, searchSuffix);
  if (E.isLeft(offers)) return offers;
  const { functions, builtIns } = offers.right;
  const choice = toolChoice(asked, functions);
  if (E.isLeft(choice)) return choice;
  return E.right({
    functions,
    builtIns,
    choice: choice.right,
    paths: { functions: asked.tools === undefined ? 'functions' : 'tools', choice: 'tool_choice' },
    json: jsonWish(asked),
    logprobs: asked.logprobs === true ? 'logprobs' : null,
    cachedContent: cachedContent(asked) === undefined ? null : 'cached_content',
  });
};
