import type { ThinkingWish } from '../gemini/thinking.ts';

/** A model as the client names it, taken apart. */
export type ModelName = {
  /** Google's id, without `models/`. */
  readonly model: string;
  readonly thinking: ThinkingWish | null;
  readonly search: boolean;
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
 * `-thinking-N`, `-nothinking`, `-maxthinking` behind it, on any id.
 */
export const modelName = (asked: string, aliases: ReadonlyMap<string, string>): ModelName => {
  const bare = asked.trim().replace(prefixes, '');
  const name = (aliases.get(asked) ?? aliases.get(bare) ?? bare).replace(prefixes, '');
  const search = name.endsWith('-search');
  const read = withThinking(search ? name.slice(0, -'-search'.length) : name);
  const inner = read.model.endsWith('-search');
  const model = inner ? read.model.slice(0, -'-search'.length) : read.model;
  return { ...read, model: (aliases.get(model) ?? model).replace(prefixes, ''), search: search || inner };
};
