import type { ProxyError } from '../kernel/proxy-error.ts';
import type { ThinkingWish } from '../gemini/thinking.ts';
import { imageReplyFormat, type ImageReplyFormat } from './image-reply.ts';

/** What reading a model name depends on. */
export type ModelSettings = { readonly modelAliases: ReadonlyMap<string, string> };

/** A model as the client names it, taken apart. */
export type ModelName = {
  /** Google's id, without `models/`. */
  readonly model: string;
  readonly thinking: ThinkingWish | null;
  readonly search: boolean;
  readonly imageReply: ImageReplyFormat | null;
};

const prefixes = /^(?:models\/|google\/)+/;

const wishes: readonly (readonly [RegExp, (match: RegExpMatchArray) => ThinkingWish])[] = [
  [/-nothinking$/, () => ({ kind: 'effort', effort: 'none' })],
  [/-maxthinking$/, () => ({ kind: 'effort', effort: 'max' })],
  [/-thinking-(\d{1,7})$/, (match) => ({ kind: 'budget', tokens: Number(match[1]) })],
  [/-thinking$/, () => ({ kind: 'dynamic' })],
];

const withThinking = (name: string): Pick<ModelName, 'model' | 'thinking'> => {
  for (const [pattern, wish] of wishes) {
    const match = name.match(pattern);
    if (match !== null) return { model: name.slice(0, match.index), thinking: wish(match) };
  }
  return { model: name, thinking: null };
};

/**
 * Reads a model name: alias first, then `models/` and `google/` before it, then the suffixes `-search`, `-thinking`,
 * `-thinking-N`, `-nothinking`, `-maxthinking` behind it, on any id; last of all `:markdown`, `:images`, `:data-url`.
 */
export const modelName = (asked: string, aliases: ReadonlyMap<string, string>): ModelName => {
  const colon = asked.lastIndexOf(':');
  const imageReply = colon < 0 ? undefined : imageReplyFormat(asked.slice(colon + 1).trim());
  const plain = imageReply === undefined ? asked : asked.slice(0, colon);
  const bare = plain.trim().replace(prefixes, '');
  const name = (aliases.get(plain) ?? aliases.get(bare) ?? bare).replace(prefixes, '');
  const search = name.endsWith('-search');
  const read = withThinking(search ? name.slice(0, -'-search'.length) : name);
  const inner = read.model.endsWith('-search');
  const model = inner ? read.model.slice(0, -'-search'.length) : read.model;
  return { ...read, model: (aliases.get(model) ?? model).replace(prefixes, ''), search: search || inner, imageReply: imageReply ?? null };
};

/** Google's ids are letters, digits and `.-_`, with at most a folder before them (`tunedModels/x`). */
export const isModelId = (model: string): boolean => /^(?:[a-zA-Z]+\/)?[\w.-]{1,100}$/.test(model) && !model.includes('..');

const mostNamed = 100;

/** The 404 for a model, as the client named it. */
export const noSuchModel = (asked: string): ProxyError => ({ tag: 'ModelNotFound', model: asked.slice(0, mostNamed), message: null });
