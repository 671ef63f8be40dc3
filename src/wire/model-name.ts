import { invalid, type ProxyError } from '../kernel/proxy-error.ts';
import { oncePer, perText } from '../kernel/remember.ts';
import type { ThinkingWish } from '../gemini/thinking.ts';
import { aliasOf } from './model-alias.ts';
import { imageReplyFormat, type ImageReplyFormat } from './image-reply.ts';

/** What reading a model name depends on. */
export type ModelSettings = { readonly modelAliases: ReadonlyMap<string, string> };

/** A model as the client names it, taken apart. */
export type ModelName = {
  /** Google's id, without `models/`. */
  readonly model: string;
  readonly thinking: ThinkingWish | null;
  readonly search: boolean;
  /** `-hidden`: it thinks, and its thoughts are not shown. */
  readonly hidesThoughts: boolean;
  readonly imageReply: ImageReplyFormat | null;
};

/** Google's own, OpenRouter's and LiteLLM's; whose model it is where an alias stands for it. */
const prefixes = /^(?:models\/|google\/|gemini\/|openai\/|anthropic\/)+/;

/** A model's name without what stands before it in other places. */
export const withoutPrefixes = (name: string): string => name.replace(prefixes, '');

/** OpenRouter's variants: those that choose among providers say nothing here, two have a suffix of ours. */
const variants: readonly (readonly [RegExp, string])[] = [
  [/:(?:free|nitro|floor|extended|exacto)(?=:|$)/g, ''],
  [/:online(?=:|$)/, '-search'],
  [/:thinking(?=:|$)/, '-thinking'],
];

const withoutVariants = (name: string): string =>
  name.includes(':') ? variants.reduce((text, [variant, suffix]) => text.replace(variant, suffix), name) : name;

const wishes: readonly (readonly [RegExp, (match: RegExpMatchArray) => ThinkingWish])[] = [
  [/-nothinking$/, () => ({ kind: 'effort', effort: 'none' })],
  [/-maxthinking$/, () => ({ kind: 'effort', effort: 'max' })],
  [/-thinking-(\d{1,7})$/, (match) => ({ kind: 'budget', tokens: Number(match[1]) })],
  [/-thinking$/, () => ({ kind: 'dynamic' })],
];

type Suffixes = Pick<ModelName, 'thinking' | 'search' | 'hidesThoughts'>;

const none: Suffixes = { thinking: null, search: false, hidesThoughts: false };

const withThinking = (name: string): { readonly rest: string; readonly thinking: ThinkingWish } | null => {
  for (const [pattern, wish] of wishes) {
    const match = name.match(pattern);
    if (match !== null) return { rest: name.slice(0, match.index), thinking: wish(match) };
  }
  return null;
};

/** Takes the suffixes off a name, in whatever order they stand, each of them once. */
const withoutSuffixes = (name: string, found = none): Suffixes & { readonly model: string } => {
  if (!found.search && name.endsWith('-search'))
    return withoutSuffixes(name.slice(0, -'-search'.length), { ...found, search: true });
  if (!found.hidesThoughts && name.endsWith('-hidden'))
    return withoutSuffixes(name.slice(0, -'-hidden'.length), { ...found, hidesThoughts: true });
  const read = found.thinking === null ? withThinking(name) : null;
  return read === null ? { ...found, model: name } : withoutSuffixes(read.rest, { ...found, thinking: read.thinking });
};

type Shown = Pick<ModelName, 'imageReply'> & { readonly name: string };

/** Takes `:markdown`, `:images` or `:data-url` off the end of a name. */
const withoutImageReply = (asked: string): Shown => {
  const colon = asked.lastIndexOf(':');
  const imageReply = colon < 0 ? undefined : imageReplyFormat(asked.slice(colon + 1).trim());
  return imageReply === undefined ? { name: asked, imageReply: null } : { name: asked.slice(0, colon), imageReply };
};

/** The model behind an alias; how pictures are shown is what was asked for, else what the alias says. */
const behindAlias = (asked: string, aliases: ReadonlyMap<string, string>): Shown => {
  const { name, imageReply } = withoutImageReply(asked);
  const bare = withoutPrefixes(name.trim());
  const alias = aliasOf(name, aliases) ?? aliasOf(bare, aliases);
  if (alias === undefined) return { name: withoutVariants(bare), imageReply };
  const aliased = withoutImageReply(alias);
  return { name: withoutPrefixes(aliased.name), imageReply: imageReply ?? aliased.imageReply };
};

const readName = (asked: string, aliases: ReadonlyMap<string, string>): ModelName => {
  const { name, imageReply } = behindAlias(asked, aliases);
  const read = withoutSuffixes(name);
  const model =
    aliases.get(read.model) ?? (read.model === name ? undefined : aliasOf(read.model, aliases)) ?? read.model;
  const last = withoutImageReply(model);
  return { ...read, model: withoutPrefixes(last.name), imageReply: imageReply ?? last.imageReply };
};

/** Names are read once for the same aliases. */
const namesBy = oncePer((aliases: ReadonlyMap<string, string>) => perText((asked) => readName(asked, aliases)));

/**
 * Reads a model name: alias first (its own name, else a pattern), then `models/`, `google/` and their kin before it,
 * then the suffixes `-search`, `-thinking`, `-thinking-N`, `-nothinking`, `-maxthinking`, `-hidden` behind it, on any
 * id, OpenRouter's `:online` and `:thinking` as the first two; last of all `:markdown`, `:images`, `:data-url`, which
 * an alias may have too.
 */
export const modelName = (asked: string, aliases: ReadonlyMap<string, string>): ModelName => namesBy(aliases)(asked);

/** Google's ids are letters, digits and `.-_`, with at most a folder before them (`tunedModels/x`). */
export const isModelId = (model: string): boolean =>
  /^(?:[a-zA-Z]+\/)?[\w.-]{1,100}$/.test(model) && !model.includes('..');

const mostNamed = 100;

/** The 404 for a model, as the client named it; a 400 where it named none. */
export const noSuchModel = (asked: string): ProxyError =>
  asked.trim() === ''
    ? invalid("Missing required parameter: 'model' is empty.", 'model', 'missing_required_parameter')
    : { tag: 'ModelNotFound', model: asked.slice(0, mostNamed), message: null };
