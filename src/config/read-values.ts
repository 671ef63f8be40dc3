import { E } from '../kernel/fp.ts';
import { settings, type Setting, type Values } from './settings.ts';

/** Variables by name, as a process has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

const quoted = /^(["'])(.*)\1$/s;

/** Blanks and one pair of quotes around a value go: web forms and .env files add them. */
const bare = (text: string): string => text.trim().replace(quoted, '$2').trim();

/** The setting's text: under its name, else an alias; an empty one is as good as none. */
const textOf = (name: string, { aliases }: Setting<unknown>, environment: Environment): string | undefined =>
  [name, ...(aliases ?? [])].map((known) => bare(environment[known] ?? '')).find((text) => text !== '');

type Read = { readonly name: string; readonly value: E.Either<string, unknown> };

const read = (name: string, setting: Setting<unknown>, environment: Environment): Read => {
  const decoded = setting.kind.decode(textOf(name, setting, environment) ?? setting.default);
  return { name, value: E.isLeft(decoded) ? E.left(`${name} must be ${setting.kind.name}.`) : decoded };
};

/** Only what this module has decoded name by name gets here. */
const isValues = (values: object): values is Values => Object.keys(settings).every((name) => Object.hasOwn(values, name));

/** Decodes every setting; Left lists all faults, each by name and never with its value. */
export const readValues = (environment: Environment): E.Either<readonly string[], Values> => {
  const all = Object.entries(settings).map(([name, setting]) => read(name, setting, environment));
  const faults = all.flatMap(({ value }) => (E.isLeft(value) ? [value.left] : []));
  const values = Object.fromEntries(all.flatMap(({ name, value }) => (E.isRight(value) ? [[name, value.right]] : [])));
  return faults.length === 0 && isValues(values) ? E.right(values) : E.left(faults);
};
