import { isObject } from '../../../kernel/is-object.ts';
import type { BuiltInTool } from '../../../gemini/model-traits.ts';
import type { ChatTerms } from './request.ts';

/** A tool of Google's that a field of the request asks for. */
export type ToolWish = { readonly tool: BuiltInTool; readonly path: string };

type Field = 'googleSearch' | 'google_search' | 'urlContext' | 'url_context' | 'enable_search';

const fields: readonly (readonly [Field, BuiltInTool])[] = [
  ['googleSearch', 'googleSearch'],
  ['google_search', 'googleSearch'],
  ['enable_search', 'googleSearch'],
  ['urlContext', 'urlContext'],
  ['url_context', 'urlContext'],
];

/** `true`, or an object: also an empty one, since that is Gemini's own form. */
const isOn = (value: unknown): boolean => value === true || isObject(value);

/** OpenRouter's plugin for the web. */
const isWeb = (plugin: unknown): boolean => isObject(plugin) && plugin['id'] === 'web' && plugin['enabled'] !== false;

const mostPlugins = 100;

/** Google's tools as switches beside `tools`: LobeChat's urlContext, Qwen's enable_search, OpenRouter's plugins. */
export const toolWishes = (asked: ChatTerms): readonly ToolWish[] => {
  const wishes: ToolWish[] = [];
  for (const [path, tool] of fields) if (isOn(asked[path])) wishes.push({ tool, path });
  if (Array.isArray(asked.plugins) && asked.plugins.slice(0, mostPlugins).some(isWeb))
    wishes.push({ tool: 'googleSearch', path: 'plugins' });
  return wishes;
};
