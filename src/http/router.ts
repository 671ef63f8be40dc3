import { E } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { Headers } from '../ports/reply.ts';
import { corsHeaders, type CorsOrigins } from './cors.ts';
import type { Door, Doors } from './door.ts';
import type { FindRoute } from './find-route.ts';
import { houseHeaders } from './house-headers.ts';
import type { Route } from './route.ts';

/** A door with the table of its routes. */
export type OpenDoor = Door & {
  readonly findRoute: FindRoute;
  /** Those of every answer that do not change from one to the next, for a page of this origin. */
  readonly commonHeaders: (origin: string | null) => Headers;
};

/** All of them, the first one first. */
export type OpenDoors = readonly [OpenDoor, ...OpenDoor[]];

type ByMethod = ReadonlyMap<string, Route>;

const placeholder = '{id}';
const longestPathInError = 200;

const segmentsOf = (path: string): readonly string[] => path.split('/').filter((segment) => segment !== '');

type CutBases = (segments: readonly string[]) => readonly string[];

/** People type the base address with `/v1`, without it and with it twice, and with slashes to spare. */
const withoutBases = (addresses: readonly string[]): CutBases => {
  const bases = addresses.map(segmentsOf);
  return (segments) => {
    let at = 0;
    const baseAt = (base: readonly string[]): boolean => base.every((segment, each) => segments[at + each] === segment);
    for (let base = bases.findLast(baseAt); base !== undefined; base = bases.findLast(baseAt)) at += base.length;
    return at === 0 ? segments : segments.slice(at);
  };
};

const groupByPattern = (routes: readonly Route[]): ReadonlyMap<string, ByMethod> => {
  const table = new Map<string, Map<string, Route>>();
  for (const route of routes) {
    const pattern = segmentsOf(route.pattern).join('/');
    const methods = table.get(pattern) ?? new Map<string, Route>();
    table.set(pattern, methods.set(route.method, route));
  }
  return table;
};

const allowedOf = (methods: ByMethod): readonly string[] => [
  ...[...methods.keys()].flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])),
  'OPTIONS',
];

const noSuchRoute = (method: string, path: string): E.Either<ProxyError, never> =>
  E.left({ tag: 'NoSuchRoute', method, path: path.slice(0, longestPathInError) });

type FoundMethods = { readonly methods: ByMethod; readonly id: string };

const matchPlaceholders =
  (table: ReadonlyMap<string, ByMethod>, longest: number) =>
  (segments: readonly string[]): FoundMethods | undefined => {
    for (let length = Math.min(segments.length, longest) - 1; length >= 0; length -= 1) {
      const methods = table.get([...segments.slice(0, length), placeholder].join('/'));
      if (methods !== undefined) return { methods, id: segments.slice(length).join('/') };
    }
    return undefined;
  };

/** Whether a pattern is a route of the API, and whether the id of one stands behind it. */
type ApiPatterns = {
  readonly isRoute: (pattern: string) => boolean;
  readonly takesId: (pattern: string) => boolean;
  readonly longest: number;
  readonly cutBases: CutBases;
};

/**
 * A client adds its path to whatever was given as base address, so a whole address pasted there doubles the route:
 * `/chat/completions/v1/chat/completions`, `/chat/completions/models`. What follows a route of the API counts when it
 * is one too; `/models/models/x` stays an id, since Google's ids begin like that.
 */
const withoutDoubling = ({ isRoute, takesId, longest, cutBases }: ApiPatterns): CutBases => {
  const namesOne = (rest: readonly string[]): boolean =>
    Array.from({ length: Math.min(rest.length - 1, longest) }, (_, at) => rest.slice(0, at + 1).join('/')).some(
      takesId,
    );
  return (segments) => {
    for (let length = Math.min(segments.length - 1, longest); length > 0; length -= 1) {
      const first = segments.slice(0, length).join('/');
      const after = segments.slice(length);
      const rest = cutBases(after);
      const mayName = rest.length < after.length || !takesId(first);
      if (isRoute(first) && (isRoute(rest.join('/')) || (mayName && namesOne(rest)))) return rest;
    }
    return segments;
  };
};

type Plain = ReadonlyMap<string, ReadonlyMap<string, ReturnType<FindRoute>>>;

/** What is found for the addresses as they are meant to be written, by path and method: looked up once, at the start. */
const findPlain = (routes: readonly Route[], bases: readonly string[], find: FindRoute): Plain => {
  const table = new Map<string, Map<string, ReturnType<FindRoute>>>();
  for (const { method, pattern } of routes.filter((route) => !route.pattern.includes(placeholder)))
    for (const base of ['', ...bases]) {
      const path = base + pattern;
      table.set(path, (table.get(path) ?? new Map()).set(method, find(method, path)));
    }
  return table;
};

/**
 * Finds the route of a request in an exact table: nothing is decoded, `.` and `..` match nothing, and what the table
 * lacks is NoSuchRoute or MethodNotAllowed. A whole pattern goes before one with `{id}`; HEAD finds the route of GET.
 */
export const routeTable = (routes: readonly Route[], bases: readonly string[]): FindRoute => {
  const cutBases = withoutBases(bases);
  const table = groupByPattern(routes);
  const longest = Math.max(0, ...[...table.keys()].map((pattern) => pattern.split('/').length));
  const ofApi = new Set(
    routes.filter(({ quiet }) => quiet !== true).map(({ pattern }) => segmentsOf(pattern).join('/')),
  );
  const undoubled = withoutDoubling({
    isRoute: (pattern) => pattern !== '' && ofApi.has(pattern),
    takesId: (pattern) => ofApi.has(`${pattern}/${placeholder}`),
    longest,
    cutBases,
  });
  const withId = matchPlaceholders(table, longest);
  const lookUp = (asked: readonly string[]): FoundMethods | undefined => {
    const whole = table.get(asked.join('/'));
    if (whole !== undefined) return { methods: whole, id: '' };
    const meant = undoubled(asked);
    const methods = meant === asked ? undefined : table.get(meant.join('/'));
    return methods === undefined ? withId(meant) : { methods, id: '' };
  };

  const find: FindRoute = (method, path) => {
    const segments = cutBases(segmentsOf(path));
    const isOdd =
      !path.startsWith('/') ||
      segments.some((segment) => segment === '.' || segment === '..' || segment === placeholder);
    const found = isOdd ? undefined : lookUp(segments);
    if (found === undefined) return noSuchRoute(method, path);
    const route = found.methods.get(method === 'HEAD' ? 'GET' : method);
    // A client that posts to the bare base address was given it where a whole address belongs.
    if (route === undefined && method === 'POST' && segments.length === 0) return noSuchRoute(method, path);
    if (route === undefined) return E.left({ tag: 'MethodNotAllowed', method, allowed: allowedOf(found.methods) });
    return E.right({ route, id: found.id });
  };
  const plain = findPlain(routes, bases, find);
  return (method, path) => plain.get(path)?.get(method) ?? find(method, path);
};

const openDoor =
  (origins: CorsOrigins) =>
  (door: Door): OpenDoor => {
    const commonFor = (origin: string | null): Headers => ({
      ...houseHeaders,
      ...corsHeaders(origins, origin, door.readableHeaders),
    });
    const forAnybody = commonFor(null);
    return {
      ...door,
      findRoute: door.findRoute ?? routeTable(door.routes, door.bases),
      commonHeaders: (origin) => (origins === '*' || origin === null ? forAnybody : commonFor(origin)),
    };
  };

/** Makes each door's table and headers, once. */
export const openDoors = ([first, ...others]: Doors, origins: CorsOrigins): OpenDoors => [
  openDoor(origins)(first),
  ...others.map(openDoor(origins)),
];
