import { E, flow, pipe, t } from '../kernel/fp.ts';
import { isEmpty } from '../kernel/is-empty.ts';
import { invalid, type ProxyError } from '../kernel/proxy-error.ts';
import { withinBounds, type Bound } from './bounds.ts';

/** Absent and null are the same: both decode to undefined. */
export const optional = <A>(codec: t.Type<A, unknown>): t.Type<A | undefined, unknown> =>
  new t.Type<A | undefined, unknown>(
    codec.name,
    (value): value is A | undefined => value === undefined || codec.is(value),
    (value, context) => (value == null ? t.success(undefined) : codec.validate(value, context)),
    (value) => value,
  );

/** For fields of other services: null, an empty text, list or object is as good as absent; the rest must fit. */
export const unlessEmpty = <A>(codec: t.Type<A, unknown>): t.Type<A | undefined, unknown> =>
  new t.Type<A | undefined, unknown>(
    codec.name,
    (value): value is A | undefined => value === undefined || codec.is(value),
    (value, context) => (isEmpty(value) ? t.success(undefined) : codec.validate(value, context)),
    (value) => value,
  );

/** For fields of other services: what does not fit is as good as absent. */
export const lenient = <A>(codec: t.Type<A, unknown>): t.Type<A | undefined, unknown> =>
  new t.Type<A | undefined, unknown>(
    codec.name,
    (value): value is A | undefined => value === undefined || codec.is(value),
    (value, context) => {
      const read = codec.validate(value, context);
      return E.isRight(read) ? t.success(read.right) : t.success(undefined);
    },
    (value) => value,
  );

const guardedType = <A>(name: string, holds: t.Is<A>): t.Type<A, unknown> =>
  new t.Type(
    name,
    holds,
    (value, context) => (holds(value) ? t.success(value) : t.failure(value, context)),
    t.identity,
  );

/** A number from `least` to `most`; `whole` asks for an integer. */
export const within = (least: number, most: number, whole: 'whole' | 'any' = 'any'): t.Type<number, unknown> => {
  const kind = whole === 'whole' ? 'a whole number' : 'a number';
  const name = Number.isFinite(most) ? `${kind} from ${least} to ${most}` : `${kind} of at least ${least}`;
  const holds = (value: unknown): value is number =>
    typeof value === 'number' && value >= least && value <= most && (whole === 'any' || Number.isInteger(value));
  return guardedType(name, holds);
};

/** One of a few strings. */
export const oneOf = <const A extends string>(values: readonly A[]): t.Type<A, unknown> => {
  const holds = (value: unknown): value is A => values.some((known) => known === value);
  const name = `one of ${values.join(', ')}`;
  return guardedType(name, holds);
};

/** A list of these. Stops at the first that does not fit: io-ts would tell of millions, one by one. */
export const listOf = <A>(item: t.Type<A, unknown>): t.Type<readonly A[], unknown> => {
  const holds = (value: unknown): value is readonly A[] => Array.isArray(value) && value.every(item.is);
  const validate = (value: unknown, context: t.Context): t.Validation<readonly A[]> => {
    if (!Array.isArray(value)) return t.failure(value, context);
    const list: A[] = [];
    for (const [index, one] of value.entries()) {
      const read = item.validate(one, t.appendContext(context, String(index), item, one));
      if (E.isLeft(read)) return read;
      list.push(read.right);
    }
    return t.success(list);
  };
  return new t.Type(`Array<${item.name}>`, holds, validate, t.identity);
};

/** `string | A`, with errors that speak of A when the value is not a string. */
export const stringOr = <A>(codec: t.Type<A, unknown>): t.Type<string | A, unknown> =>
  new t.Type<string | A, unknown>(
    `a string or ${codec.name}`,
    (value): value is string | A => typeof value === 'string' || codec.is(value),
    (value, context) => (typeof value === 'string' ? t.success(value) : codec.validate(value, context)),
    t.identity,
  );

const kinds: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  boolean: 'true or false',
  UnknownArray: 'an array',
  UnknownRecord: 'an object',
};

const nameExpected = (name: string): string => {
  if (name.startsWith('Array<')) return 'an array';
  return kinds[name] ?? (name.startsWith('{') ? 'an object' : name);
};

const pathOf = (error: t.ValidationError): string =>
  error.context
    .map((entry) => entry.key)
    .filter((key) => key !== '')
    .join('.');

/** Decodes and names the first fault by its path (`messages.3.role`) and what belongs there, never by its value. */
export const decodeWith =
  <A>(codec: t.Type<A, unknown>, under = '') =>
  (value: unknown): E.Either<ProxyError, A> =>
    pipe(
      codec.decode(value),
      E.mapLeft((errors) => {
        const error = errors[0];
        const inner = error === undefined ? '' : pathOf(error);
        const path = [under, inner].filter((piece) => piece !== '').join('.');
        const last = error?.context.at(-1);
        const name = nameExpected(last?.type.name ?? 'an object');
        const missing = last !== undefined && last.actual === undefined;
        return path === ''
          ? invalid('The request body must be a JSON object.', null, 'invalid_type')
          : invalid(
              missing
                ? `Missing required parameter: '${path}' (${name}).`
                : `Invalid value for '${path}': expected ${name}.`,
              path,
              missing ? 'missing_required_parameter' : 'invalid_value',
            );
      }),
    );

/** Decodes what is within bounds: counts and lengths are looked at before all else. */
export const decodeWithin = <A>(
  bounds: readonly Bound[],
  codec: t.Type<A, unknown>,
): ((value: unknown) => E.Either<ProxyError, A>) => flow(withinBounds(bounds), E.flatMap(decodeWith(codec)));
