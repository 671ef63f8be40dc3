import { TE } from '../kernel/fp.ts';
import { json } from '../ports/reply.ts';
import { metricsRoute, type MetricsNeeds } from './metrics-route.ts';
import type { Route } from './route.ts';
import { statusRoutes, type StatusNeeds } from './status/status-routes.ts';

const health: Route = {
  method: 'GET',
  pattern: '/healthz',
  quiet: true,
  handle: () => TE.right(json(200, { status: 'ok' })),
};

/** What the service answers beside its APIs: its health, which asks nobody, its metrics and status. */
export const houseRoutes = (needs: StatusNeeds & MetricsNeeds): readonly Route[] => [
  health,
  metricsRoute(needs),
  ...statusRoutes(needs),
];
