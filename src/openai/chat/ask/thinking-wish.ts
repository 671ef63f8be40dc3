import { E } from '../../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../../kernel/proxy-error.ts';
import { capInt32 } from '../../../gemini/int32.ts';
import type { Thinking } from '../../../gemini/model-traits.ts';
import type { ThinkingConfig } from '../../../gemini/request.ts';
import { efforts, settleThinking, type Effort, type ThinkingWish } from '../../../gemini/thinking.ts';
import { thinkingOption } from './google-options.ts';
import type { ChatTerms } from './request.ts';

type Wish = ThinkingWish | null;

/** What clients send for "as the model likes"; the last is the enum's own zero. */
const noWish: readonly string[] = ['', 'auto', 'default', 'thinking_level_unspecified'];

const none: E.Either<ProxyError, Wish> = E.right(null);

const isEffort = (text: string): text is Effort => efforts.some((effort) => effort === text);

const ofLevel = (said: string | undefined, path: string): E.Either<ProxyError, Wish> => {
  if (said === undefined) return none;
  const level = said.toLowerCase();
  if (noWish.includes(level)) return none;
  return isEffort(level)
    ? E.right({ kind: 'effort', effort: level })
    : E.left(invalid(`Invalid value for '${path}': expected one of ${efforts.join(', ')}.`, path, 'invalid_value'));
};

/** An explicit thinking_config, as Google's own compatible endpoint takes it, in either casing. */
const explicitWish = (asked: ChatTerms): E.Either<ProxyError, Wish> => {
  const config = thinkingOption(asked);
  const tokens = config?.thinking_budget ?? config?.thinkingBudget;
  if (tokens !== undefined) return E.right({ kind: 'budget', tokens });
  return ofLevel(config?.thinking_level ?? config?.thinkingLevel, 'extra_body.google.thinking_config.thinking_level');
};

/** OpenRouter's `reasoning`: an effort, a number of tokens, or just on or off. */
const ofReasoning = ({ reasoning }: ChatTerms): Wish => {
  if (reasoning?.effort !== undefined) return { kind: 'effort', effort: reasoning.effort };
  if (reasoning?.max_tokens !== undefined) return { kind: 'budget', tokens: reasoning.max_tokens };
  return reasoning?.enabled === false ? { kind: 'effort', effort: 'none' } : null;
};

/** Anthropic's `thinking`, which many clients send to every server. */
const ofThinking = ({ thinking }: ChatTerms): Wish => {
  if (thinking?.type === 'disabled') return { kind: 'effort', effort: 'none' };
  if (thinking?.budget_tokens !== undefined) return { kind: 'budget', tokens: thinking.budget_tokens };
  return thinking?.type === 'enabled' ? { kind: 'dynamic' } : null;
};

const off: Wish = { kind: 'effort', effort: 'none' };
const dynamic: Wish = { kind: 'dynamic' };

const budgetOf = (asked: ChatTerms): number | undefined =>
  asked.thinking_budget ?? asked.thinkingBudget ?? asked.thinking_token_budget ?? asked.thinking_budget_tokens;

/** Qwen's switch, which vLLM and llama.cpp pass to the chat template, there also as `thinking`; Ollama's `think`. */
const switchOf = ({ enable_thinking: flag, chat_template_kwargs: template, think }: ChatTerms): unknown =>
  flag ?? template?.enable_thinking ?? template?.thinking ?? think;

/** Qwen's `enable_thinking` and `thinking_budget` with their kin: off wins over a budget, a budget over on. */
const ofSwitch = (asked: ChatTerms): Wish => {
  const on = switchOf(asked);
  const tokens = budgetOf(asked);
  if (on === false) return off;
  if (tokens !== undefined) return { kind: 'budget', tokens };
  if (typeof on === 'string' && isEffort(on)) return { kind: 'effort', effort: on };
  return on === true ? dynamic : null;
};

const ofEffort = ({ reasoning_effort: effort }: ChatTerms): Wish =>
  effort === undefined ? null : { kind: 'effort', effort };

/** The cap on the answer's tokens, thoughts included; undefined for none. */
export const outputCap = (asked: ChatTerms): number | undefined =>
  capInt32(asked.max_completion_tokens ?? asked.max_tokens);

/** Whether thoughts are to be shown, as far as the request says so; Google's own word wins, then OpenRouter's two. */
const areShown = (asked: ChatTerms): boolean | undefined => {
  const config = thinkingOption(asked);
  const excluded = asked.reasoning?.exclude;
  return (
    config?.include_thoughts ??
    config?.includeThoughts ??
    (excluded === undefined ? asked.include_reasoning : !excluded)
  );
};

/** What holds where the request says nothing: the model's suffix, and whether thoughts are shown. */
export type ThinkingDefaults = { readonly suffix: Wish; readonly showsThoughts: boolean };

/** True where the request, or what holds without its word, hides thoughts: some models tell them all the same. */
export const hidesThoughts = (asked: ChatTerms, showsThoughts: boolean): boolean =>
  !(areShown(asked) ?? showsThoughts);

/** Google's own word for it. */
const isToldInGoogles = (asked: ChatTerms): boolean =>
  (thinkingOption(asked)?.include_thoughts ?? thinkingOption(asked)?.includeThoughts) !== undefined;

/**
 * Thinking by the most explicit wish: thinking_config, then reasoning_effort, `reasoning`, `thinking`, a level, a
 * budget or switch of a neighbour's, then the model's suffix, then what a small cap leaves room for. Thoughts are shown
 * where nobody says otherwise, since they are made and paid for anyway.
 */
export const chatThinking = (
  asked: ChatTerms,
  thinking: Thinking,
  defaults: ThinkingDefaults,
): E.Either<ProxyError, ThinkingConfig | undefined> => {
  const first = explicitWish(asked);
  if (E.isLeft(first)) return first;
  const level = ofLevel(asked.thinking_level ?? asked.thinkingLevel, 'thinking_level');
  if (E.isLeft(level)) return level;
  const said =
    first.right ?? ofEffort(asked) ?? ofReasoning(asked) ?? ofThinking(asked) ?? level.right ?? ofSwitch(asked);
  const wishes = { asked: said, suffix: defaults.suffix, cap: outputCap(asked) };
  const shown = { asked: areShown(asked), isGoogles: isToldInGoogles(asked), otherwise: defaults.showsThoughts };
  return E.right(settleThinking(thinking, wishes, shown));
};
