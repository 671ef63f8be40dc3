import { numberAt, objectAt, textAt, type JsonObject } from './json.ts';
import type { ThinkingTrait } from './traits.ts';

const badLevel = (thinking: ThinkingTrait, level: string): string | undefined => {
  if (thinking.by !== 'level') return 'Thinking level is not supported for this model.';
  if (thinking.levels.includes(level) || level === 'THINKING_LEVEL_UNSPECIFIED') return undefined;
  return `Thinking level ${level} is not supported for this model. Please retry with other thinking level.`;
};

const badBudget = (thinking: ThinkingTrait, budget: number): string | undefined => {
  if (thinking.by === 'none') return budget === 0 ? undefined : 'Thinking is not supported for this model.';
  if (thinking.by === 'level') return thinking.budgetToo ? undefined : 'Thinking budget is not supported for this model.';
  if (budget === -1 || (budget === 0 && thinking.off)) return undefined;
  if (budget === 0) return 'Budget 0 is invalid. This model only works in thinking mode.';
  if (budget >= thinking.least && budget <= thinking.most) return undefined;
  return `The thinking budget ${budget} is invalid. Please choose a value between ${thinking.least} and ${thinking.most}.`;
};

/** What is wrong with a request's thinkingConfig for a model that thinks in this way. */
export const checkThinking = (thinking: ThinkingTrait, body: JsonObject): string | undefined => {
  const config = objectAt(objectAt(body, 'generationConfig'), 'thinkingConfig');
  const level = textAt(config, 'thinkingLevel');
  const budget = numberAt(config, 'thinkingBudget');
  if (level !== undefined && budget !== undefined) return 'You can only set only one of thinking budget and thinking level.';
  if (level !== undefined) return badLevel(thinking, level);
  return budget === undefined ? undefined : badBudget(thinking, budget);
};
