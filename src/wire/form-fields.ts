import { t } from '../kernel/fp.ts';
import { isFormFile, type FormFile } from '../ports/form.ts';

/** A field of a form: absent, null and an empty text, which clients send for what they leave out, are the same. */
export const optionalField = <A>(codec: t.Type<A, unknown>): t.Type<A | undefined, unknown> =>
  new t.Type<A | undefined, unknown>(
    codec.name,
    (value): value is A | undefined => value === undefined || codec.is(value),
    (value, context) => (value == null || value === '' ? t.success(undefined) : codec.validate(value, context)),
    t.identity,
  );

/** A file of the form. */
export const fileField: t.Type<FormFile, unknown> = new t.Type(
  'one file, in a multipart/form-data body',
  isFormFile,
  (value, context) => (isFormFile(value) ? t.success(value) : t.failure(value, context)),
  t.identity,
);

/** A number from `least` to `most`, as its text. */
export const numberField = (least: number, most: number): t.Type<number, unknown> => {
  const holds = (value: unknown): value is number => typeof value === 'number' && value >= least && value <= most;
  return new t.Type(
    `a number from ${least} to ${most}`,
    holds,
    (value, context) => {
      const read =
        typeof value === 'string' && /^-?(?:\d{1,9}(?:\.\d{0,20})?|\.\d{1,20})$/.test(value)
          ? Number(value)
          : Number.NaN;
      return holds(read) ? t.success(read) : t.failure(value, context);
    },
    t.identity,
  );
};

const flags: ReadonlyMap<string, boolean> = new Map([['true', true], ['false', false], ['1', true], ['0', false]]);

/** `true` or `false`, as texts. */
export const flagField: t.Type<boolean, unknown> = new t.Type(
  'true or false',
  (value): value is boolean => typeof value === 'boolean',
  (value, context) => {
    const read = typeof value === 'string' ? flags.get(value.trim().toLowerCase()) : undefined;
    return read === undefined ? t.failure(value, context) : t.success(read);
  },
  t.identity,
);

/** Texts given as `name[]`, or one as `name`. */
export const listField = <A extends string>(codec: t.Type<A, unknown>): t.Type<readonly A[], unknown> => {
  const items = t.readonlyArray(codec);
  return new t.Type(
    items.name,
    (value): value is readonly A[] => items.is(value),
    (value, context) => items.validate(typeof value === 'string' ? [value] : value, context),
    t.identity,
  );
};
