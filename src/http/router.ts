import { E } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { Route } from './route.ts';

/** A request's route, and what its path holds in place of `{id}`. */
export type Found = { readonly route: Route; readonly id: string };

type ByMethod = ReadonlyMap<string, Route>;

const placeholder = '{id}';
const longestPathInError = 200;

/** People type the base address with `/v1`, without it and with it twice, and with slashes to spare. */
const segmentsOf = (path: string): readonly string[] => {
  const segments = path.split('/').filter((segment) => segment !== '');
  const first = segments.findIndex((segment) => segment !== 'v1');
  return first === -1 ? [] : segments.slice(first);
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

/**
 * Finds the route of a request in an exact table: nothing is decoded, `.` and `..` match nothing, and what the table
 * lacks is NoSuchRoute or MethodNotAllowed. A whole pattern goes before one with `{id}`; HEAD finds the route of GET.
 */
export const router = (routes: readonly Route[]): ((method: string, path: string) => E.Either<ProxyError, Found>) => {
  const table = groupByPattern(routes);
  const longest = Math.max(0, ...[...table.keys()].map((pattern) => pattern.split('/').length));
  const lookUp = (segments: readonly string[]): { readonly methods: ByMethod; readonly id: string } | undefined => {
    const whole = table.get(segments.join('/'));
    if (whole !== undefined) return { methods: whole, id: '' };
    for (let length = Math.min(segments.length, longest) - 1; length >= 0; length -= 1) {
      const methods = table.get([...segments.slice(0, length), placeholder].join('/'));
      if (methods !== undefined) return { methods, id: segments.slice(length).join('/') };
    }
    return undefined;
  };

  return (method, path) => {
    const segments = segmentsOf(path);
    const isOdd = !path.startsWith('/') || segments.some((segment) => segment === '.' || segment === '..' || segment === placeholder);
    const found = isOdd ? undefined : lookUp(segments);
    if (found === undefined) return E.left({ tag: 'NoSuchRoute', method, path: path.slice(0, longestPathInError) });
    const route = found.methods.get(method === 'HEAD' ? 'GET' : method);
    if (route === undefined) return E.left({ tag: 'MethodNotAllowed', method, allowed: allowedOf(found.methods) });
    return E.right({ route, id: found.id });
  };
};
