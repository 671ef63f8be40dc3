import { numberAt, objectAt, textAt, type JsonObject } from './json.ts';
import type { Traits } from './traits.ts';

const byLevel: Readonly<Record<string, number>> = { MINIMAL: 4, LOW: 24, MEDIUM: 48, HIGH: 96, XHIGH: 160 };

const most = 48;

/** The tokens that the emulated model spends on thoughts under this configuration; null when it does not think. */
export const thoughtTokens = ({ thinking }: Traits, config: JsonObject): number | null => {
  const asked = objectAt(config, 'thinkingConfig');
  if (thinking.by === 'none') return null;
  const budget = numberAt(asked, 'thinkingBudget') ?? (thinking.by === 'budget' ? thinking.start : undefined);
  if (thinking.by === 'budget' && budget === 0) return null;
  if (budget !== undefined) return budget < 0 ? most : Math.min(most, Math.max(1, budget));
  return thinking.by === 'level' ? (byLevel[textAt(asked, 'thinkingLevel') ?? thinking.start] ?? most) : most;
};
