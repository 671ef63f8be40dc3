import { E } from '../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../kernel/proxy-error.ts';
import { capped } from '../../gemini/int32.ts';
import type { Thinking } from '../../gemini/model-traits.ts';
import type { ThinkingConfig } from '../../gemini/request.ts';
import { efforts, thinkingConfig, type Effort, type ThinkingWish } from '../../gemini/thinking.ts';
import { googleOptions } from './google-options.ts';
import type { ChatRequest, GoogleOptions } from './request.ts';

type Wish = ThinkingWish | null;

const isEffort = (text: string): text is Effort => efforts.some((effort) => effort === text);

const configOf = (asked: ChatRequest): GoogleOptions['thinking_config'] => {
  const google = googleOptions(asked);
  return google?.thinking_config ?? google?.thinkingConfig;
};

/** An explicit thinking_config, as Google's own compatible endpoint takes it, in either casing. */
const explicit = (asked: ChatRequest): E.Either<ProxyError, Wish> => {
  const config = configOf(asked);
  const tokens = config?.thinking_budget ?? config?.thinkingBudget;
  if (tokens !== undefined) return E.right({ kind: 'budget', tokens });
  const level = (config?.thinking_level ?? config?.thinkingLevel)?.toLowerCase();
  if (level === undefined) return E.right(null);
  const path = 'extra_body.google.thinking_config.thinking_level';
  return isEffort(level)
    ? E.right({ kind: 'effort', effort: level })
    : E.left(invalid(`Invalid value for '${path}': expected one of ${efforts.join(', ')}.`, path, 'invalid_value'));
};

/** OpenRouter's `reasoning`: an effort, a number of tokens, or just on or off. */
const ofReasoning = ({ reasoning }: ChatRequest): Wish => {
  if (reasoning?.effort !== undefined) return { kind: 'effort', effort: reasoning.effort };
  if (reasoning?.max_tokens !== undefined) return { kind: 'budget', tokens: reasoning.max_tokens };
  return reasoning?.enabled === false ? { kind: 'effort', effort: 'none' } : null;
};

/** Anthropic's `thinking`, which many clients send to every server. */
const ofThinking = ({ thinking }: ChatRequest): Wish => {
  if (thinking?.type === 'disabled') return { kind: 'effort', effort: 'none' };
  if (thinking?.budget_tokens !== undefined) return { kind: 'budget', tokens: thinking.budget_tokens };
  return thinking?.type === 'enabled' ? { kind: 'dynamic' } : null;
};

const ofEffort = ({ reasoning_effort: effort }: ChatRequest): Wish => (effort === undefined ? null : { kind: 'effort', effort });

/** The cap on the answer's tokens, thoughts included; undefined for none. */
export const outputCap = (asked: ChatRequest): number | undefined => capped(asked.max_completion_tokens ?? asked.max_tokens);

/** Below this cap thoughts of the usual length would use up the answer (recorded: 1,238 for one title). */
const roomForThoughts = 2048;

/** Without a wish of the caller's, a small cap asks for as few thoughts as the model can do with. */
const ofCap = (asked: ChatRequest, thinking: Thinking): Wish => {
  if ((outputCap(asked) ?? roomForThoughts) >= roomForThoughts) return null;
  if (thinking.by === 'budget') return thinking.onByDefault ? { kind: 'effort', effort: 'none' } : null;
  return { kind: 'effort', effort: 'minimal' };
};

/** Whether thoughts are to be told: where nobody says so they are, since they are made and paid for anyway. */
const areShown = (asked: ChatRequest): boolean | undefined => {
  const config = configOf(asked);
  const said = config?.include_thoughts ?? config?.includeThoughts;
  if (said !== undefined) return said;
  return asked.reasoning?.exclude === true || asked.include_reasoning === false ? false : undefined;
};

/**
 * Thinking by the most explicit wish: thinking_config, then reasoning_effort, `reasoning`, `thinking`, then the
 * model's suffix, then what a small cap leaves room for.
 */
export const chatThinking = (asked: ChatRequest, thinking: Thinking, suffix: Wish): E.Either<ProxyError, ThinkingConfig | undefined> =>
  E.map((wish: Wish): ThinkingConfig | undefined => {
    const wanted = wish ?? ofEffort(asked) ?? ofReasoning(asked) ?? ofThinking(asked) ?? suffix ?? ofCap(asked, thinking);
    const config = thinkingConfig(thinking, wanted);
    const shown = areShown(asked);
    return shown === undefined || config === undefined ? config : { ...config, includeThoughts: shown };
  })(explicit(asked));
