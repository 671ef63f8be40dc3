import type { E } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { Route } from './route.ts';

/** A request's route, and what its path holds in place of `{id}`. */
export type Found = { readonly route: Route; readonly id: string };

/** Finds the route of a request by its method and path. */
export type FindRoute = (method: string, path: string) => E.Either<ProxyError, Found>;
