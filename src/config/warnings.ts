import { givenName } from './read-values.ts';
import type { Setting } from './setting.ts';
import { namesOf, settings, type Values } from './settings.ts';
import { textOf, type Environment } from './text-of.ts';

const table: readonly (readonly [string, Setting<unknown>])[] = Object.entries(settings);

const known: ReadonlySet<string> = new Set(table.flatMap(([name, setting]) => namesOf(name, setting)));

/** Letters alone, without the S of plurals: what is left when somebody remembers a name roughly. */
const roughName = (name: string): string => name.toUpperCase().replaceAll(/[^A-Z]|S(?=_|$)/g, '');

const shortestForSlips = 6;

/**
 * A name and what it becomes when one letter is left out, but the first, which people get right: two names share one
 * when a letter is too much, wrong or swapped.
 */
const slipsOf = (name: string): readonly string[] =>
  name.length < shortestForSlips
    ? [name]
    : [name, ...Array.from(name.slice(1), (_letter, at) => name.slice(0, at + 1) + name.slice(at + 2))];

const meantBy: ReadonlyMap<string, string> = new Map(
  [...known]
    .toReversed()
    .filter((name) => name === name.toUpperCase())
    .flatMap((name) => slipsOf(roughName(name)).map((slip) => [slip, name] as const)),
);

const isSpelledLikeOurs = (name: string): boolean => name.includes('_') || name.length >= shortestForSlips;

/** Names that look like ours but are not: a typing error would otherwise go unseen. */
const mistypedNames = (environment: Environment): readonly string[] =>
  Object.keys(environment).flatMap((name) => {
    if (known.has(name) || !isSpelledLikeOurs(name) || textOf(name, environment) === '') return [];
    const meant = slipsOf(roughName(name)).map((slip) => meantBy.get(slip)).find((found) => found !== undefined);
    return meant === undefined ? [] : [`${name} is not a setting; ${meant} is.`];
  });

const overruledNames = (environment: Environment): readonly string[] =>
  table.flatMap(([name, setting]) => {
    const given = givenName(name, setting, environment);
    if (given === undefined) return [];
    const others = namesOf(name, setting).filter((other) => other !== given && textOf(other, environment) !== '');
    return others
      .filter((other) => textOf(other, environment) !== textOf(given, environment))
      .map((other) => `${other} is ignored, since ${given} is set.`);
  });

const withoutEffect = (environment: Environment): readonly string[] =>
  table.flatMap(([name, setting]) => {
    const given = givenName(name, setting, environment);
    return setting.notYet === true && given !== undefined ? [`${given} has no effect yet.`] : [];
  });

/** With so many characters a password cannot be guessed, however many are tried. */
const safeLength = 16;

const ofPassword = (password: string): readonly string[] => {
  if (password === settings.PASSWORD.default)
    return ['PASSWORD is the default 123: everybody who finds this service can use your keys. Set PASSWORD.'];
  if (password.length >= safeLength) return [];
  return [`PASSWORD is shorter than ${safeLength} characters, so it can be guessed by trying. Set a longer one.`];
};

/** A name that has come to mean more than it says. */
const renamedNames = (environment: Environment): readonly string[] =>
  givenName('MEMORY_BUDGET_MB', settings.MEMORY_BUDGET_MB, environment) === 'MAX_INFLIGHT_BODY_MB'
    ? [
        'MAX_INFLIGHT_BODY_MB is now MEMORY_BUDGET_MB and bounds all memory of requests and answers, not their bodies alone: set that, or neither.',
      ]
    : [];

/** What the owner should hear at the start, in words that hold no value. */
export const warningsOf = (values: Values, environment: Environment): readonly string[] => [
  ...ofPassword(values.PASSWORD.reveal()),
  ...(values.GEMINI_API_KEYS.length === 0 ? ['No Gemini key is set: put at least one into GEMINI_API_KEYS.'] : []),
  ...renamedNames(environment),
  ...mistypedNames(environment),
  ...overruledNames(environment),
  ...withoutEffect(environment),
];
