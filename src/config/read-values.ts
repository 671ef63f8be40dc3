import { E } from '../kernel/fp.ts';
import { namesOf, settings, type Values } from './settings.ts';
import type { Setting } from './setting.ts';
import { textOf, type Environment } from './text-of.ts';

/** The name under which a setting is given, its own before an alias; undefined when none of them holds anything. */
export const givenName = (name: string, setting: Setting<unknown>, environment: Environment): string | undefined =>
  namesOf(name, setting).find((known) => textOf(known, environment) !== '');

/** What could be read, and one fault for each setting that could not: its name and what is allowed, never its value. */
export type ReadValues = { readonly values: Partial<Values>; readonly faults: readonly string[] };

type Read = { readonly name: string; readonly value: E.Either<string, unknown> };

const readSetting = (name: string, setting: Setting<unknown>, environment: Environment): Read => {
  const given = givenName(name, setting, environment);
  const decoded = setting.kind.decode(given === undefined ? setting.default : textOf(given, environment));
  return {
    name,
    value: E.isRight(decoded)
      ? decoded
      : E.left(`${given ?? name} must be ${decoded.left[0]?.message ?? setting.kind.name}.`),
  };
};

/** What this module decodes setting by setting has the types of the table. */
const isValues = (values: object): values is Partial<Values> =>
  Object.keys(values).every((name) => Object.hasOwn(settings, name));

/** True when no setting was at fault. */
export const areAllRead = (values: Partial<Values>): values is Values =>
  Object.keys(settings).every((name) => Object.hasOwn(values, name));

/** Decodes every setting. */
export const readValues = (environment: Environment): ReadValues => {
  const all = Object.entries(settings).map(([name, setting]) => readSetting(name, setting, environment));
  const values = Object.fromEntries(all.flatMap(({ name, value }) => (E.isRight(value) ? [[name, value.right]] : [])));
  return {
    values: isValues(values) ? values : {},
    faults: all.flatMap(({ value }) => (E.isLeft(value) ? [value.left] : [])),
  };
};
