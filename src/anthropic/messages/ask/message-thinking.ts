import type { ModelTraits } from '../../../gemini/model-traits.ts';
import type { ThinkingConfig } from '../../../gemini/request.ts';
import { thinkingConfig, wishOfCap, type Effort, type ThinkingWish } from '../../../gemini/thinking.ts';
import type { MessagesRequest } from './request.ts';

/** How the thoughts of an answer are told. */
export type ThoughtShow = {
  /** The request asked for thinking: blocks of it may stand in the answer. */
  readonly isAsked: boolean;
  /** Their words may be told. */
  readonly showsWords: boolean;
};

/** Where levels steer it, a budget is a word for how hard to think. */
const effortOfBudget = (tokens: number): Effort => {
  if (tokens < 4096) return 'low';
  return tokens < 16_384 ? 'medium' : 'high';
};

const ofBudget = (tokens: number, { thinking }: ModelTraits): ThinkingWish =>
  thinking.by === 'budget' ? { kind: 'budget', tokens } : { kind: 'effort', effort: effortOfBudget(tokens) };

const dynamic: ThinkingWish = { kind: 'dynamic' };

const wishOf = (
  { thinking, output_config: config, changes }: MessagesRequest,
  traits: ModelTraits,
): ThinkingWish | null => {
  const effort = changes.effort ?? config?.effort;
  const byEffort: ThinkingWish | null = effort === undefined ? null : { kind: 'effort', effort };
  if (thinking === undefined) return byEffort;
  if (thinking.type === 'disabled') return { kind: 'effort', effort: 'none' };
  if (thinking.type !== 'enabled') return byEffort ?? dynamic;
  // Nobody is given less than Anthropic's least of 1024; 0 is a field that was left as it was.
  const { budget_tokens: tokens = 0 } = thinking;
  return tokens === 0 ? (byEffort ?? dynamic) : ofBudget(tokens, traits);
};

/** Thinking is off unless it is asked for: nobody who did not ask gets a block of it. */
export const thoughtShow = ({ thinking }: MessagesRequest, showsThoughts: boolean): ThoughtShow => {
  const isAsked = thinking !== undefined && thinking.type !== 'disabled';
  return { isAsked, showsWords: isAsked && showsThoughts && thinking.display !== 'omitted' };
};

/** What the thinking of a model depends on beside the request. */
export type ThinkingSettings = {
  readonly traits: ModelTraits;
  /** The model's suffix. */
  readonly suffix: ThinkingWish | null;
  readonly show: ThoughtShow;
  readonly cap: number | undefined;
};

/**
 * Thinking by the request's wish, the model's suffix, or what a small cap leaves room for. Where nobody wishes, nothing
 * is said of it; thoughts are asked for where they are to be told, and refused where they are asked for and not shown.
 */
export const messageThinking = (
  asked: MessagesRequest,
  { traits, suffix, show, cap }: ThinkingSettings,
): ThinkingConfig | undefined => {
  const wish = wishOf(asked, traits) ?? suffix ?? wishOfCap(cap, traits.thinking);
  const config = wish === null ? undefined : thinkingConfig(traits.thinking, wish);
  if (config === undefined) return undefined;
  const { includeThoughts, ...plain } = config;
  return includeThoughts === true && show.isAsked ? { ...plain, includeThoughts: show.showsWords } : plain;
};
