import type { ThinkingConfig, ThinkingLevel } from './request.ts';
import type { Thinking } from './model-traits.ts';

/** How hard to think, weakest first; `max` is the same as `xhigh`. */
export const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;

/** One of OpenAI's words for it. */
export type Effort = (typeof efforts)[number];

/** A wish for thinking: by effort, by a budget of tokens, or as much as the model decides. */
export type ThinkingWish =
  | { readonly kind: 'effort'; readonly effort: Effort }
  | { readonly kind: 'budget'; readonly tokens: number }
  | { readonly kind: 'dynamic' };

/** Google's table for its OpenAI-compatible endpoint; `none`, `xhigh` and `max` are ours. */
const budgetOf: Readonly<Record<Exclude<Effort, 'none' | 'xhigh' | 'max'>, number>> = {
  minimal: 1024,
  low: 1024,
  medium: 8192,
  high: 24_576,
};

const rank: readonly ThinkingLevel[] = ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH', 'XHIGH'];
const wanted: Readonly<Record<Effort, ThinkingLevel>> = {
  none: 'MINIMAL',
  minimal: 'MINIMAL',
  low: 'LOW',
  medium: 'MEDIUM',
  high: 'HIGH',
  xhigh: 'XHIGH',
  max: 'XHIGH',
};

/** The closest level that the model has, rounding down; up only where nothing is lower. */
const closestLevel = (levels: readonly ThinkingLevel[], level: ThinkingLevel): ThinkingLevel | undefined =>
  levels.findLast((offered) => rank.indexOf(offered) <= rank.indexOf(level)) ?? levels[0];

const effortOfBudget = (tokens: number): Effort => {
  if (tokens <= 0) return 'none';
  if (tokens <= budgetOf.low) return 'low';
  return tokens <= budgetOf.medium ? 'medium' : 'high';
};

type ByBudget = Extract<Thinking, { by: 'budget' }>;

const withBudget = (thinking: ByBudget, wish: ThinkingWish): ThinkingConfig => {
  if (wish.kind === 'dynamic') return { thinkingBudget: -1, includeThoughts: true };
  const off = wish.kind === 'effort' ? wish.effort === 'none' : wish.tokens === 0;
  if (off) return { thinkingBudget: thinking.canBeOff ? 0 : thinking.least };
  const tokens = wish.kind === 'budget' ? wish.tokens : tokensOf(wish.effort, thinking.most);
  if (tokens < 0) return { thinkingBudget: -1, includeThoughts: true };
  return { thinkingBudget: Math.min(Math.max(tokens, thinking.least), thinking.most), includeThoughts: true };
};

const tokensOf = (effort: Effort, most: number): number => {
  if (effort === 'xhigh' || effort === 'max') return most;
  return effort === 'none' ? 0 : budgetOf[effort];
};

const withLevel = (levels: readonly ThinkingLevel[], wish: ThinkingWish): ThinkingConfig => {
  if (wish.kind === 'dynamic' || (wish.kind === 'budget' && wish.tokens < 0)) return { includeThoughts: true };
  const effort = wish.kind === 'effort' ? wish.effort : effortOfBudget(wish.tokens);
  const thinkingLevel = closestLevel(levels, wanted[effort]);
  return effort === 'none' ? { thinkingLevel } : { thinkingLevel, includeThoughts: true };
};

/** On is HIGH and off is MINIMAL; little is off, since there is nothing between. */
const withSwitch = (wish: ThinkingWish): ThinkingConfig => {
  if (wish.kind === 'dynamic') return { includeThoughts: true };
  const effort = wish.kind === 'effort' ? wish.effort : wish.tokens < 0 ? 'high' : effortOfBudget(wish.tokens);
  const isOff = effort === 'none' || effort === 'minimal' || effort === 'low';
  return isOff ? { thinkingLevel: 'MINIMAL' } : { thinkingLevel: 'HIGH', includeThoughts: true };
};

/**
 * The thinkingConfig for a wish, in the family's own form and clamped to what it takes: a budget on 3 and later or a
 * level on 2.5 is an error upstream. Without a wish thoughts are asked for where the model thinks anyway: they cost
 * nothing more and keep the stream alive.
 */
export const thinkingConfig = (thinking: Thinking, wish: ThinkingWish | null): ThinkingConfig | undefined => {
  if (thinking.by === 'nothing') return undefined;
  if (wish === null) return thinking.by === 'budget' && !thinking.onByDefault ? undefined : { includeThoughts: true };
  if (thinking.by === 'switch') return withSwitch(wish);
  return thinking.by === 'budget' ? withBudget(thinking, wish) : withLevel(thinking.levels, wish);
};

/** Below this cap thoughts of the usual length would use up the answer (recorded: 1,238 for one title). */
const roomForThoughts = 2048;

/** Where nobody wishes, a small cap on the answer's tokens asks for as few thoughts as the model can do with. */
export const wishOfCap = (cap: number | undefined, thinking: Thinking): ThinkingWish | null => {
  if (cap === undefined || cap >= roomForThoughts) return null;
  if (thinking.by === 'budget') return thinking.onByDefault ? { kind: 'effort', effort: 'none' } : null;
  return { kind: 'effort', effort: 'minimal' };
};

/** What decides how much a model thinks, the first that is there: the request's wish, the suffix, a small cap. */
export type ThinkingWishes = {
  readonly asked: ThinkingWish | null;
  readonly suffix: ThinkingWish | null;
  /** Of the answer's tokens, thoughts included. */
  readonly cap: number | undefined;
};

/** Whether thoughts are told: as the request says, in Google's words or in others; else as it is without its word. */
export type ThoughtTelling = {
  readonly asked: boolean | undefined;
  readonly isGoogles: boolean;
  readonly otherwise: boolean;
};

/**
 * `includeThoughts` is never asked of a model that is told not to think, unless in Google's own words: Gemini refuses
 * that.
 */
const withTelling = (config: ThinkingConfig, { asked, isGoogles, otherwise }: ThoughtTelling): ThinkingConfig => {
  if (isGoogles || asked === false) return { ...config, includeThoughts: asked };
  return config.includeThoughts === true && !(asked ?? otherwise) ? { ...config, includeThoughts: false } : config;
};

/** Thinking for a model by the most explicit wish, and whether its thoughts are told. */
export const settleThinking = (
  thinking: Thinking,
  { asked, suffix, cap }: ThinkingWishes,
  telling: ThoughtTelling,
): ThinkingConfig | undefined => {
  const config = thinkingConfig(thinking, asked ?? suffix ?? wishOfCap(cap, thinking));
  return config === undefined ? undefined : withTelling(config, telling);
};
