import { TE, pipe } from '../kernel/fp.ts';
import type { CheckCaller } from '../ports/capabilities.ts';
import type { Metric, ReadMetrics, Sample } from '../ports/metrics.ts';
import type { Reply } from '../ports/reply.ts';
import type { Route } from './route.ts';

/** What is shown under /metrics, and to whom. */
export type MetricsNeeds = { readonly readMetrics: ReadMetrics; readonly checkCaller: CheckCaller };

const escapeLabel = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

const sampleLine = (name: string, { labels, value }: Sample): string => {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}\n`;
};

/** Prometheus' text format, version 0.0.4. */
export const metricsText = (metrics: readonly Metric[]): string =>
  metrics
    .map(
      ({ name, help, type, samples }) =>
        `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${samples.map((sample) => sampleLine(name, sample)).join('')}`,
    )
    .join('');

/**
 * GET /metrics, for who knows the password: `authorization: { credentials: … }` in Prometheus' scrape_configs sends it
 * as Bearer.
 */
export const metricsRoute = ({ readMetrics, checkCaller }: MetricsNeeds): Route => ({
  method: 'GET',
  pattern: '/metrics',
  quiet: true,
  handle: ({ caller }) =>
    pipe(
      TE.fromEither(checkCaller(caller)),
      TE.map(
        (): Reply => ({
          kind: 'whole',
          status: 200,
          headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' },
          body: metricsText(readMetrics()),
        }),
      ),
    ),
});
