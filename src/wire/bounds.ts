import { E } from '../kernel/fp.ts';
import { isObject } from '../kernel/is-object.ts';
import { invalid, type ProxyError } from '../kernel/proxy-error.ts';

/**
 * How much of something a request may hold: items of a list, fields of an object, or characters of a text. `*` in a
 * path stands for all items of a list; what they hold is counted together where `inAll` says so.
 */
export type Bound = {
  readonly path: string;
  readonly most: number;
  readonly of: 'items' | 'fields' | 'characters';
  readonly inAll?: true;
};

const sizeOf = (value: unknown, of: Bound['of']): number => {
  if (of === 'characters') return typeof value === 'string' ? value.length : 0;
  if (of === 'items') return Array.isArray(value) ? value.length : 0;
  if (!isObject(value)) return 0;
  let fields = 0;
  for (const _ in value) fields += 1;
  return fields;
};

type Counted = { readonly bound: Bound; readonly steps: readonly string[]; size: number };

/**
 * The path from step `at` on to what is over its bound; null when nothing is. Paths are put together only where one is
 * told.
 */
const overIn = (value: unknown, counted: Counted, at = 0): string | null => {
  const step = counted.steps[at];
  if (step === undefined) {
    const { of, most, inAll } = counted.bound;
    counted.size = sizeOf(value, of) + (inAll === true ? counted.size : 0);
    return counted.size > most ? '' : null;
  }
  if (step !== '*') {
    const inner = isObject(value) ? value[step] : undefined;
    const over = inner == null ? null : overIn(inner, counted, at + 1);
    return over === null ? null : `.${step}${over}`;
  }
  if (!Array.isArray(value)) return null;
  for (let index = 0; index < value.length; index += 1) {
    const over = overIn(value[index], counted, at + 1);
    if (over !== null) return `.${index}${over}`;
  }
  return null;
};

const refuseOver = ({ most, of, inAll }: Bound, path: string): ProxyError => {
  const size = of === 'characters' ? 'long' : 'large';
  const all = inAll === true ? ' in all' : '';
  return invalid(`'${path}' is too ${size}: at most ${most} ${of} are taken${all}.`, path, 'invalid_value');
};

/** A place in a body, and the places in it: what stands at a step of any bound's path. */
type Place = { readonly bounds: number[]; readonly fields: Map<string, Place>; items: Place | null };

const newPlace = (): Place => ({ bounds: [], fields: new Map(), items: null });

const placeAt = (place: Place, step: string): Place => {
  if (step === '*') return (place.items ??= newPlace());
  const known = place.fields.get(step) ?? newPlace();
  place.fields.set(step, known);
  return known;
};

const placesOf = (bounds: readonly Bound[]): Place => {
  const root = newPlace();
  for (const [index, { path }] of bounds.entries()) path.split('.').reduce(placeAt, root).bounds.push(index);
  return root;
};

/** A walk through a body with all bounds at once; `sizes` are what was counted of each. */
type Walk = { readonly bounds: readonly Bound[]; readonly sizes: number[] };

const isWithin = (value: unknown, place: Place, walk: Walk): boolean => {
  for (const index of place.bounds) {
    const bound = walk.bounds[index];
    if (bound === undefined) continue;
    const size = sizeOf(value, bound.of) + (bound.inAll === true ? (walk.sizes[index] ?? 0) : 0);
    if (size > bound.most) return false;
    walk.sizes[index] = size;
  }
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return place.items === null || areWithin(value, place.items, walk);
  if (place.fields.size === 0 || !isObject(value)) return true;
  for (const name in value) {
    const inner = place.fields.get(name);
    if (inner !== undefined && !isWithin(value[name], inner, walk)) return false;
  }
  return true;
};

const areWithin = (items: readonly unknown[], place: Place, walk: Walk): boolean => {
  for (let index = 0; index < items.length; index += 1) if (!isWithin(items[index], place, walk)) return false;
  return true;
};

/**
 * Looks at nothing but counts and lengths, before any other work: a 400 that names the first field over its bound. One
 * walk over the fields that are there tells that all are within; only then bounds are looked at one by one.
 */
export const withinBounds = (bounds: readonly Bound[]): ((body: unknown) => E.Either<ProxyError, unknown>) => {
  const places = placesOf(bounds);
  const compiled = bounds.map((bound) => ({ bound, steps: bound.path.split('.') }));
  const sizes = bounds.map(() => 0);
  return (body) => {
    if (isWithin(body, places, { bounds, sizes: [...sizes] })) return E.right(body);
    for (const { bound, steps } of compiled) {
      const over = overIn(body, { bound, steps, size: 0 });
      if (over !== null) return E.left(refuseOver(bound, over.slice(1)));
    }
    return E.right(body);
  };
};
