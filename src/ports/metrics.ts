/** One line of a metric: its labels, whose values come from a fixed set, and its number. */
export type Sample = { readonly labels: Readonly<Record<string, string>>; readonly value: number };

/** A metric as Prometheus knows it: counters only grow, seconds and bytes are the units. */
export type Metric = {
  /** `pollux_requests_total` */
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly samples: readonly Sample[];
};

/** Everything that is counted, as it stands now. */
export type ReadMetrics = () => readonly Metric[];

/** A request whose response has been closed. */
export type EndedRequest = {
  /** The route's pattern, null where there was none. */
  readonly route: string | null;
  /** Null when the caller left before any answer. */
  readonly status: number | null;
  readonly milliseconds: number;
  /** What was noted on its way; nothing where it never came so far. */
  readonly facts: {
    readonly promptTokens?: number | undefined;
    readonly completionTokens?: number | undefined;
    /** Calls to Gemini that were begun for it. */
    readonly attempts?: number | undefined;
    /** Pieces of it that say nothing to Gemini and were left out. */
    readonly dropped?: number | undefined;
  };
};

/** Counts a request that has ended. */
export type CountRequest = (request: EndedRequest) => void;
