import { E } from '../../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../../kernel/proxy-error.ts';
import type { AskedTools, BuiltInOffer, FunctionOffer, JsonWish } from '../../../gemini/tools/asked-tools.ts';
import { freeTextFunction } from '../../../gemini/tools/free-text-tools.ts';
import { builtInTool } from './built-in-tools.ts';
import { googleOptions } from './google-options.ts';
import type { ChatRequest, FunctionTool, ToolOffer } from './request.ts';
import { toolChoice } from './tool-choice.ts';
import { toolWishes } from './tool-wishes.ts';

/** Names of the custom tools: their calls are answered as such. */
export const customNames = (asked: ChatRequest): ReadonlySet<string> =>
  new Set((asked.tools ?? []).flatMap((tool) => (tool.function === undefined ? (tool.custom?.name ?? []) : [])));

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

/** `tools` and the deprecated `functions`; the first of two that ask for one tool of Google's names it in a refusal. */
const readOffers = (asked: ChatRequest, searchSuffix: boolean): E.Either<ProxyError, Offers> => {
  const functions = (asked.functions ?? []).map((tool, index) => functionOffer(tool, `functions.${index}`));
  const named: BuiltInOffer[] = [...toolWishes(asked)];
  for (const [index, offer] of (asked.tools ?? []).entries()) {
    const path = `tools.${index}`;
    const tool = builtInTool(offer);
    if (tool !== undefined) {
      named.push({ tool, path });
      continue;
    }
    const read = offerOf(offer, path);
    if (E.isLeft(read)) return read;
    functions.push(read.right);
  }
  const builtIns: BuiltInOffer[] = [];
  if (searchSuffix) builtIns.push({ tool: 'googleSearch', path: null });
  if (asked.web_search_options !== undefined) builtIns.push({ tool: 'googleSearch', path: 'web_search_options' });
  return E.right({ functions, builtIns: [...builtIns, ...named.toReversed()] });
};

/** The wish for an answer in JSON; null for none. */
export const jsonWish = ({ response_format: format }: ChatRequest): JsonWish | null =>
  format === undefined || format.type === 'text'
    ? null
    : { path: 'response_format', schema: format.json_schema?.schema, schemaPath: 'response_format.json_schema.schema' };

/** What a chat request asks of tools; `searchSuffix` is the model's `-search`. */
export const readTools = (asked: ChatRequest, searchSuffix: boolean): E.Either<ProxyError, AskedTools> => {
  const offers = readOffers(asked, searchSuffix);
  if (E.isLeft(offers)) return offers;
  const { functions } = offers.right;
  return E.map((choice: AskedTools['choice']): AskedTools => ({
    ...offers.right,
    choice,
    paths: { functions: asked.tools === undefined ? 'functions' : 'tools', choice: 'tool_choice' },
    json: jsonWish(asked),
    logprobs: asked.logprobs === true ? 'logprobs' : null,
    cachedContent: googleOptions(asked).cached_content === undefined ? null : 'cached_content',
  }))(toolChoice(asked, functions));
};
