import process from 'node:process';
import type { ImageCounts } from '../adapters/images/image-reports.ts';
import type { KeyPool } from '../adapters/keys/key-pool.ts';
import type { RequestMeter } from '../adapters/request-meter.ts';
import { monotonic } from '../adapters/system.ts';
import type { Metric, ReadMetrics, Sample } from '../ports/metrics.ts';
import type { KeyStatus } from '../ports/status.ts';

/** The parts that count. */
export type MetricSources = {
  readonly pool: KeyPool;
  readonly meter: RequestMeter;
  readonly pictures: () => ImageCounts;
};

const samplesBy = (label: string, counts: Readonly<Record<string, number>>): readonly Sample[] =>
  Object.entries(counts).map(([name, value]) => ({ labels: { [label]: name }, value }));

const stateOf = ({ state, models }: KeyStatus): string => (state === 'ready' && models.length > 0 ? 'resting' : state);

const keysByState = (keys: readonly KeyStatus[]): readonly Sample[] => {
  const counts: Record<string, number> = { ready: 0, resting: 0 };
  for (const key of keys) counts[stateOf(key)] = (counts[stateOf(key)] ?? 0) + 1;
  return samplesBy('state', counts);
};

const gauge = (name: string, help: string, value: number): Metric => ({
  name,
  help,
  type: 'gauge',
  samples: [{ labels: {}, value }],
});

/** What /metrics shows, read from the parts that know it. */
export const readMetrics = ({ pool, meter, pictures }: MetricSources): ReadMetrics => {
  const startedAt = monotonic();
  return () => {
    const { kept, refused } = pictures();
    return [
      ...meter.metrics(),
      {
        name: 'pollux_keys',
        help: 'Keys by state; resting ones are out for some models.',
        type: 'gauge',
        samples: keysByState(pool.describe().keys),
      },
      {
        name: 'pollux_pictures_kept_total',
        help: 'Pictures by the place that took them; inline ones no place took.',
        type: 'counter',
        samples: samplesBy('place', kept),
      },
      {
        name: 'pollux_pictures_refused_total',
        help: 'Pictures that a place could not take; the next one was tried.',
        type: 'counter',
        samples: samplesBy('place', refused),
      },
      gauge('pollux_uptime_seconds', 'Time since the start.', (monotonic() - startedAt) / 1000),
      gauge('pollux_memory_bytes', 'Resident memory of the process.', process.memoryUsage.rss()),
    ];
  };
};
