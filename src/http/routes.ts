import { TE } from '../kernel/fp.ts';
import { json } from '../ports/reply.ts';
import type { Route } from './route.ts';
import { metricsRoute, type MetricsNeeds } from './metrics-route.ts';
import { statusRoutes, type StatusNeeds } from './status/status-routes.ts';

const health: Route = { method: 'GET', pattern: '/healthz', quiet: true, handle: () => TE.right(json(200, { status: 'ok' })) };

/** Everything that the service answers: the routes of its APIs, its health, which asks nobody, its status and metrics. */
export const routes = (api: readonly Route[], needs: StatusNeeds & MetricsNeeds): readonly Route[] => [...api, health, metricsRoute(needs), ...statusRoutes(needs)];
