type PacificClock = { formatter: Intl.DateTimeFormat | null };

const clock: PacificClock = { formatter: null };

/** Made when it is asked first: that takes 10 ms, which a start need not wait for. */
const pacific = (): Intl.DateTimeFormat =>
  (clock.formatter ??= new Intl.DateTimeFormat('en-US', {
    timeZone: 'America/Los_Angeles',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
  }));

type Hour = { readonly year: number; readonly month: number; readonly day: number; readonly hour: number };

const pacificHour = (at: number): Hour => {
  const parts = new Map(pacific().formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const read = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  return { year: read('year'), month: read('month'), day: read('day'), hour: read('hour') };
};

/**
 * The first midnight in California after this instant, both in milliseconds since the epoch: there Gemini's daily
 * quotas begin anew (Google's rate-limit page). Midnight is 07:00 or 08:00 UTC; the clock changes at 02:00, so
 * every day has exactly one.
 */
export const pacificMidnightAfter = (at: number): number => {
  const { year, month, day } = pacificHour(at);
  const inSummer = Date.UTC(year, month - 1, day + 1, 7);
  return pacificHour(inSummer).hour === 0 ? inSummer : Date.UTC(year, month - 1, day + 1, 8);
};
