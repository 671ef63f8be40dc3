import { isEmpty } from '../../../kernel/is-empty.ts';
import type { BuiltInTool } from '../../../gemini/model-traits.ts';
import type { FunctionTool, ToolOffer } from './request.ts';

/**
 * How clients name Google's tools in `tools[].type`, or as the only field of a tool (LiteLLM, CLIProxyAPI, OpenRouter,
 * Google).
 */
const names: Readonly<Record<string, BuiltInTool>> = {
  googleSearch: 'googleSearch',
  google_search: 'googleSearch',
  googleSearchRetrieval: 'googleSearch',
  google_search_retrieval: 'googleSearch',
  enterpriseWebSearch: 'googleSearch',
  enterprise_web_search: 'googleSearch',
  web_search: 'googleSearch',
  web_search_preview: 'googleSearch',
  'openrouter:web_search': 'googleSearch',
  urlContext: 'urlContext',
  url_context: 'urlContext',
  web_fetch: 'urlContext',
  'openrouter:web_fetch': 'urlContext',
  codeExecution: 'codeExecution',
  code_execution: 'codeExecution',
  code_interpreter: 'codeExecution',
  googleMaps: 'googleMaps',
  google_maps: 'googleMaps',
};

const knownTool = (name: string): BuiltInTool | undefined => (Object.hasOwn(names, name) ? names[name] : undefined);

/** Google's own names: a function of such a name that takes nothing asks for Google's tool (Cherry Studio). */
const ownNames: ReadonlySet<string> = new Set([
  'googleSearch',
  'google_search',
  'urlContext',
  'url_context',
  'codeExecution',
  'code_execution',
]);

const takesNothing = ({ parameters }: FunctionTool): boolean =>
  parameters === undefined || isEmpty(parameters) || isEmpty(parameters['properties']);

const asFunction = (offer: ToolOffer): BuiltInTool | undefined =>
  offer.function !== undefined && ownNames.has(offer.function.name) && takesNothing(offer.function)
    ? knownTool(offer.function.name)
    : undefined;

/** The tool of Google's that this offer means; undefined when it is none. */
export const builtInTool = (offer: ToolOffer): BuiltInTool | undefined => {
  const named = asFunction(offer);
  if (named !== undefined) return named;
  if (offer.function !== undefined || offer.custom !== undefined) return undefined;
  if (offer.type !== undefined) return knownTool(offer.type);
  return Object.entries(offer).flatMap(([name, value]) => (value == null ? [] : (knownTool(name) ?? [])))[0];
};

/** What a choice may call the tools of Google's among these offers: Gemini can't be made to use one of them. */
export const builtInNames = (offers: readonly ToolOffer[]): ReadonlySet<string> =>
  new Set(
    offers.flatMap((offer) =>
      builtInTool(offer) === undefined ? [] : [offer.function?.name ?? offer.type ?? Object.keys(offer)[0] ?? ''],
    ),
  );
