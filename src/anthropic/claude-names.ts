import { isPattern } from '../wire/model-alias.ts';

/** What stands for Claude's names: MODEL_ALIASES first, so that the first pattern that fits is the operator's. */
export const withClaudeNames = (
  modelAliases: ReadonlyMap<string, string>,
  claudeModels: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> =>
  new Map([...modelAliases, ...[...claudeModels].filter(([name]) => !modelAliases.has(name))]);

/** A name that fits the pattern, without its stars: `claude-haiku` of `claude-*haiku*`. */
const plainName = (alias: string): string => (isPattern(alias) ? alias.replaceAll('*', '') : alias);

/** Names to list, one for each alias that says more than a family's beginning. */
export const listedNames = (modelAliases: ReadonlyMap<string, string>): readonly string[] => [
  ...new Set([...modelAliases.keys()].map(plainName).filter((name) => name !== '' && !name.endsWith('-'))),
];
