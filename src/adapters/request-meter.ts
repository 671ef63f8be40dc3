import type { CountRequest, EndedRequest, Metric, Sample } from '../ports/metrics.ts';

/** Counts requests since the start of the process. */
export type RequestMeter = { readonly countRequest: CountRequest; readonly metrics: () => readonly Metric[] };

/** Of the requests of one route that got one status. */
type Totals = { readonly labels: Sample['labels']; requests: number; milliseconds: number; dropped: number };

const byLabels = ({ labels: one }: Totals, { labels: other }: Totals): number =>
  `${one['route']} ${one['status']}` < `${other['route']} ${other['status']}` ? -1 : 1;

type TotalsOf = Pick<EndedRequest, 'route' | 'status'>;

const nothingCounted = ({ route, status }: TotalsOf): Totals => ({
  labels: { route: route ?? 'none', status: status === null ? 'none' : String(status) },
  requests: 0,
  milliseconds: 0,
  dropped: 0,
});

const counterOf = (name: string, help: string, samples: readonly Sample[]): Metric => ({
  name,
  help,
  type: 'counter',
  samples,
});

const droppedCounter = (samples: readonly Sample[]): Metric =>
  counterOf(
    'pollux_dropped_total',
    'Items and blocks of requests that say nothing to Gemini and were left out.',
    samples.filter(({ value }) => value > 0),
  );

/** Attempts and tokens of all requests. */
type Sums = { attempts: number; prompt: number; completion: number };

const metricsOf = (totals: readonly Totals[], sums: Sums): readonly Metric[] => {
  const samples = (pick: (totals: Totals) => number): readonly Sample[] =>
    totals.map((each) => ({ labels: each.labels, value: pick(each) }));
  return [
    counterOf('pollux_requests_total', 'Requests that have ended.', samples(({ requests }) => requests)),
    counterOf(
      'pollux_request_seconds_total',
      'Time that requests took, to the last byte.',
      samples(({ milliseconds }) => milliseconds / 1000),
    ),
    droppedCounter(samples(({ dropped }) => dropped)),
    counterOf('pollux_gemini_attempts_total', 'Calls to Gemini that requests began.', [
      { labels: {}, value: sums.attempts },
    ]),
    counterOf('pollux_tokens_total', 'Tokens as Gemini counted them.', [
      { labels: { kind: 'prompt' }, value: sums.prompt },
      { labels: { kind: 'completion' }, value: sums.completion },
    ]),
  ];
};

/** A meter that starts at zero. Labels are routes of the table and HTTP statuses, so their number is bounded. */
export const requestMeter = (): RequestMeter => {
  const ended = new Map<string | null, Map<number | null, Totals>>();
  const sums: Sums = { attempts: 0, prompt: 0, completion: 0 };
  const firstOf = (request: TotalsOf): Totals => {
    const ofRoute = ended.get(request.route) ?? new Map<number | null, Totals>();
    const totals = nothingCounted(request);
    ended.set(request.route, ofRoute.set(request.status, totals));
    return totals;
  };
  return {
    countRequest: (request) => {
      const { route, status, milliseconds, facts } = request;
      const totals = ended.get(route)?.get(status) ?? firstOf(request);
      totals.requests += 1;
      totals.milliseconds += milliseconds;
      totals.dropped += facts.dropped ?? 0;
      sums.attempts += facts.attempts ?? 0;
      sums.prompt += facts.promptTokens ?? 0;
      sums.completion += facts.completionTokens ?? 0;
    },
    metrics: () => {
      const all = [...ended.values()].flatMap((ofRoute) => [...ofRoute.values()]);
      return metricsOf(all.toSorted(byLabels), sums);
    },
  };
};
