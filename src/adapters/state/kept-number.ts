import { t } from '../../kernel/fp.ts';

const keptNumber = (name: string, fits: (value: number) => boolean): t.Type<number> => {
  const is = (value: unknown): value is number => typeof value === 'number' && fits(value);
  return new t.Type(
    name,
    is,
    (value, context) => (is(value) ? t.success(value) : t.failure(value, context)),
    t.identity,
  );
};

/** The last moment that a Date can hold, in milliseconds since the epoch. */
const lastInstant = 8.64e15;

/** A moment in a state file, in milliseconds since the epoch: one that a Date can show. JSON's `1e400` is Infinity. */
export const keptInstant = keptNumber('instant', (value) => value >= 0 && value <= lastInstant);

/** A count in a state file. */
export const keptCount = keptNumber('count', (value) => Number.isSafeInteger(value) && value >= 0);
