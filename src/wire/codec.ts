import { E, pipe, t } from '../kernel/fp.ts';
import { isEmpty } from '../kernel/is-empty.ts';
import { isObject } from '../kernel/is-object.ts';
import { invalid, type ProxyError } from '../kernel/proxy-error.ts';
import { oncePer } from '../kernel/remember.ts';
import { withinBounds, type Bound } from './bounds.ts';
import { misfit, readerOf, withReader, type Reader, type ReadingCodec } from './reader.ts';

/** Values of which some are as good as absent: those decode to undefined, the rest must fit. */
export const unless = <A>(
  isMissing: (value: unknown) => boolean,
  codec: t.Type<A, unknown>,
): ReadingCodec<A | undefined> => {
  const read = readerOf(codec);
  return withReader(
    new t.Type<A | undefined, unknown>(
      codec.name,
      (value): value is A | undefined => value === undefined || codec.is(value),
      (value, context) => (isMissing(value) ? t.success(undefined) : codec.validate(value, context)),
      t.identity,
    ),
    (value) => (isMissing(value) ? undefined : read(value)),
  );
};

/** Absent and null are the same: both decode to undefined. */
export const optional = <A>(codec: t.Type<A, unknown>): ReadingCodec<A | undefined> =>
  unless((value) => value == null, codec);

/** For fields of other services: null, an empty text, list or object is as good as absent; the rest must fit. */
export const unlessEmpty = <A>(codec: t.Type<A, unknown>): ReadingCodec<A | undefined> => unless(isEmpty, codec);

/** For fields of other services: what does not fit is as good as absent. */
export const lenient = <A>(codec: t.Type<A, unknown>): ReadingCodec<A | undefined> => {
  const read = readerOf(codec);
  const lenientRead = (value: unknown): A | undefined => {
    const fitting = read(value);
    return fitting === misfit ? undefined : fitting;
  };
  return withReader(
    new t.Type<A | undefined, unknown>(
      codec.name,
      (value): value is A | undefined => value === undefined || codec.is(value),
      (value) => t.success(lenientRead(value)),
      t.identity,
    ),
    lenientRead,
  );
};

const guardedType = <A>(name: string, holds: t.Is<A>): ReadingCodec<A> =>
  withReader(
    new t.Type<A, unknown>(
      name,
      holds,
      (value, context) => (holds(value) ? t.success(value) : t.failure(value, context)),
      t.identity,
    ),
    (value) => (holds(value) ? value : misfit),
  );

/** A number from `least` to `most`; `whole` asks for an integer. */
export const within = (least: number, most: number, whole: 'whole' | 'any' = 'any'): ReadingCodec<number> => {
  const kind = whole === 'whole' ? 'a whole number' : 'a number';
  const name = Number.isFinite(most) ? `${kind} from ${least} to ${most}` : `${kind} of at least ${least}`;
  const holds = (value: unknown): value is number =>
    typeof value === 'number' && value >= least && value <= most && (whole === 'any' || Number.isInteger(value));
  return guardedType(name, holds);
};

/** One of a few strings. */
export const oneOf = <const A extends string>(values: readonly A[]): ReadingCodec<A> => {
  const known: readonly unknown[] = values;
  const holds = (value: unknown): value is A => known.includes(value);
  const name = `one of ${values.join(', ')}`;
  return guardedType(name, holds);
};

/** A list as it is where all its items are, else a new one: what holds it is copied then, to a shape that V8 forgets. */
const listReader =
  <A>(read: Reader<A>): Reader<readonly A[]> =>
  (value) => {
    if (!Array.isArray(value)) return misfit;
    const list: readonly unknown[] = value;
    const items: A[] = [];
    let isAsGiven = true;
    for (let index = 0; index < list.length; index += 1) {
      const item = read(list[index]);
      if (item === misfit) return misfit;
      isAsGiven &&= item === list[index];
      items.push(item);
    }
    return isAsGiven ? value : items;
  };

/** A list of these. Stops at the first that does not fit: io-ts would tell of millions, one by one. */
export const listOf = <A>(item: t.Type<A, unknown>): ReadingCodec<readonly A[]> => {
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
  return withReader(
    new t.Type<readonly A[], unknown>(`Array<${item.name}>`, holds, validate, t.identity),
    listReader(readerOf(item)),
  );
};

/** A codec that reads an object or list once: for those that many requests share. */
export const readOnce = <A>(codec: t.Type<A, unknown>): ReadingCodec<A> => {
  const read = readerOf(codec);
  const once = oncePer<object, A | typeof misfit>(read);
  return withReader(new t.Type<A, unknown>(codec.name, codec.is, codec.validate, t.identity), (value) =>
    typeof value === 'object' && value !== null ? once(value) : read(value),
  );
};

const orString = 'a string or ';

/** `string | A`, with errors that speak of A when the value is not a string. */
export const stringOr = <A>(codec: t.Type<A, unknown>): ReadingCodec<string | A> => {
  const read = readerOf(codec);
  return withReader(
    new t.Type<string | A, unknown>(
      orString + codec.name,
      (value): value is string | A => typeof value === 'string' || codec.is(value),
      (value, context) => (typeof value === 'string' ? t.success(value) : codec.validate(value, context)),
      t.identity,
    ),
    (value) => (typeof value === 'string' ? value : read(value)),
  );
};

type Fields = Readonly<Record<string, unknown>>;

/** Reads the fields that a value has; a new value only where one of them is read as something else. */
const readFields = (value: Fields, readers: ReadonlyMap<string, Reader<unknown>>): Fields | typeof misfit => {
  let changed: Record<string, unknown> | null = null;
  for (const name in value) {
    const read = readers.get(name);
    if (read === undefined) continue;
    const given = value[name];
    const field = read(given);
    if (field === misfit) return misfit;
    if (field === given) continue;
    changed ??= { ...value };
    changed[name] = field;
  }
  return changed ?? value;
};

const isRead = <A>(fields: A | Fields | typeof misfit): fields is A => fields !== misfit;

/**
 * An object with these fields: io-ts's `type`, which reads by the fields that a value has. Of the 80 that a chat
 * request may have three are there. Fields that are not named here stay as they are, absent ones stay absent.
 */
export const record = <P extends t.Props>(props: P): t.TypeC<P> & ReadingCodec<t.TypeOf<t.TypeC<P>>> => {
  type A = t.TypeOf<t.TypeC<P>>;
  const readers = new Map(Object.entries(props).map(([name, field]) => [name, readerOf<unknown>(field)]));
  const required = [...readers].filter(([, read]) => read(undefined) === misfit).map(([name]) => name);
  const isWhole = (given: Fields): boolean => {
    for (const name of required) if (given[name] === undefined) return false;
    return true;
  };
  const read: Reader<A> = (value) => {
    const fields = isObject(value) && isWhole(value) ? readFields(value, readers) : misfit;
    return isRead<A>(fields) ? fields : misfit;
  };
  return withReader(t.type(props), read);
};

const kinds: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  boolean: 'true or false',
  UnknownArray: 'an array',
  UnknownRecord: 'an object',
};

const nameExpected = (name: string): string => {
  if (name.startsWith(orString)) return orString + nameExpected(name.slice(orString.length));
  if (name.startsWith('Array<')) return 'an array';
  return kinds[name] ?? (name.startsWith('{') ? 'an object' : name);
};

const pathOf = (error: t.ValidationError): string =>
  error.context
    .map((entry) => entry.key)
    .filter((key) => key !== '')
    .join('.');

/** A null is as good as nothing, but where it stands among the items of a list. */
const isMissing = ({ key, actual }: t.ContextEntry): boolean =>
  actual === undefined || (actual === null && !/^\d+$/.test(key));

/** Reads once more what did not fit: the first fault by its path, and what belongs there. */
const decodeTelling = <A>(codec: t.Type<A, unknown>, under: string, value: unknown): E.Either<ProxyError, A> =>
  pipe(
    codec.decode(value),
    E.mapLeft((errors) => {
      const error = errors[0];
      const inner = error === undefined ? '' : pathOf(error);
      const path = [under, inner].filter((piece) => piece !== '').join('.');
      const last = error?.context.at(-1);
      const name = nameExpected(last?.type.name ?? 'an object');
      const missing = last !== undefined && isMissing(last);
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

/** Decodes and names the first fault by its path (`messages.3.role`) and what belongs there, never by its value. */
export const decodeWith = <A>(
  codec: t.Type<A, unknown>,
  under = '',
): ((value: unknown) => E.Either<ProxyError, A>) => {
  const read = readerOf(codec);
  return (value) => {
    const fitting = read(value);
    return fitting === misfit ? decodeTelling(codec, under, value) : E.right(fitting);
  };
};

/** Decodes what is within bounds: counts and lengths are looked at before all else. */
export const decodeWithin = <A>(
  bounds: readonly Bound[],
  codec: t.Type<A, unknown>,
): ((value: unknown) => E.Either<ProxyError, A>) => {
  const [bounded, decode] = [withinBounds(bounds), decodeWith(codec)];
  return (value) => {
    const read = bounded(value);
    return E.isLeft(read) ? read : decode(value);
  };
};
