import type { CountRequest, EndedRequest, Metric, Sample } from '../ports/metrics.ts';

/** Counts requests since the start of the process. */
export type RequestMeter = { readonly countRequest: CountRequest; readonly metrics: () => readonly Metric[] };

type Totals = { readonly requests: number; readonly seconds: number; readonly dropped: number };

const none: Totals = { requests: 0, seconds: 0, dropped: 0 };

const byName = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  one < other ? -1 : 1;

const routeOf = ({ route }: EndedRequest): string => route ?? 'none';
const statusOf = ({ status }: EndedRequest): string => (status === null ? 'none' : String(status));

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

/** A meter that starts at zero. Labels are routes of the table and HTTP statuses, so their number is bounded. */
export const requestMeter = (): RequestMeter => {
  const ended = new Map<string, Totals>();
  const sums = { attempts: 0, prompt: 0, completion: 0 };
  const samples = (pick: (totals: Totals) => number): readonly Sample[] =>
    [...ended].toSorted(byName).map(([name, totals]) => {
      const [route = '', status = ''] = name.split(' ');
      return { labels: { route, status }, value: pick(totals) };
    });
  return {
    countRequest: (request) => {
      const name = `${routeOf(request)} ${statusOf(request)}`;
      const { requests, seconds, dropped } = ended.get(name) ?? none;
      ended.set(name, {
        requests: requests + 1,
        seconds: seconds + request.seconds,
        dropped: dropped + request.dropped,
      });
      sums.attempts += request.attempts;
      sums.prompt += request.promptTokens;
      sums.completion += request.completionTokens;
    },
    metrics: () => [
      counterOf('pollux_requests_total', 'Requests that have ended.', samples(({ requests }) => requests)),
      counterOf(
        'pollux_request_seconds_total',
        'Time that requests took, to the last byte.',
        samples(({ seconds }) => seconds),
      ),
      droppedCounter(samples(({ dropped }) => dropped)),
      counterOf('pollux_gemini_attempts_total', 'Calls to Gemini that requests began.', [
        { labels: {}, value: sums.attempts },
      ]),
      counterOf('pollux_tokens_total', 'Tokens as Gemini counted them.', [
        { labels: { kind: 'prompt' }, value: sums.prompt },
        { labels: { kind: 'completion' }, value: sums.completion },
      ]),
    ],
  };
};
