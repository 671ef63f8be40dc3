import { E } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { EnterModel, Now, Passage } from '../ports/capabilities.ts';
import { addressGroup } from './address-group.ts';
import { recentMap, type RecentMap } from './recent-map.ts';

/** A model that failed for all tries of a request; times in milliseconds on a clock that never goes back. */
type Outage = {
  /** How many trials have failed since. */
  failures: number;
  /** When who has failed may try again. */
  nextAt: number;
  /** Until when a trial is waited for; 0 when none runs. */
  trialUntil: number;
  /** The callers whose requests have failed. */
  readonly failed: RecentMap<true>;
};

const mostModels = 200;
const mostCallers = 1000;
const second = 1000;
const longestPause = 60 * second;
/** A trial that takes longer holds up nobody else. */
const longestTrial = 15 * second;
/** An outage that nobody has asked about for so long is forgotten. */
const staleMs = 120 * second;

const pauseAfter = (failures: number): number => (failures === 0 ? 0 : Math.min(second * 2 ** (failures - 1), longestPause));

const inSeconds = (ms: number): number => Math.max(1, Math.ceil(ms / second));

const closed = (ms: number): ProxyError => ({
  tag: 'GeminiFault',
  status: 503,
  message: 'Gemini is overloaded: this model answers nobody at the moment. Please try again later.',
  retryAfterSeconds: inSeconds(ms),
});

type Outages = {
  readonly get: (model: string) => Outage | undefined;
  readonly end: (model: string) => void;
  /** Takes down that all tries of a request failed; gives the seconds to wait. */
  readonly fail: (model: string, group: string, isTrial: boolean) => number;
};

const outagesBy = (monotonic: Now): Outages => {
  const held = recentMap<Outage>(mostModels);
  const get = (model: string): Outage | undefined => {
    const outage = held.get(model);
    if (outage === undefined || monotonic() - outage.nextAt < staleMs) return outage;
    held.remove(model);
    return undefined;
  };
  return {
    get,
    end: held.remove,
    fail: (model, group, isTrial) => {
      const outage = get(model) ?? { failures: -1, nextAt: 0, trialUntil: 0, failed: recentMap<true>(mostCallers) };
      outage.failed.set(group, true);
      if (isTrial || outage.failures < 0) {
        outage.failures += 1;
        outage.nextAt = monotonic() + pauseAfter(outage.failures);
      }
      held.set(model, outage);
      return inSeconds(outage.nextAt - monotonic());
    },
  };
};

/**
 * Keeps requests from a model that answers nobody. It closes when one request has failed with all its tries while no
 * other one was answered, then lets one request at a time through, for one try; after each failed trial who has failed waits twice as long, a minute at
 * most. A caller who has not failed yet is always let through as the next trial, so that nobody whose own requests fail
 * takes a model from others; and any answer opens it again.
 */
export const modelBreaker = ({ monotonic }: { readonly monotonic: Now }): EnterModel => {
  const outages = outagesBy(monotonic);
  const answeredAt = recentMap<number>(mostModels);

  const passage = (model: string, group: string, isTrial: boolean): Passage => {
    const enteredAt = monotonic();
    const leave = (outcome: Parameters<Passage['leave']>[0]): number | null => {
      if (outcome === 'answered') {
        outages.end(model);
        answeredAt.set(model, monotonic());
      }
      const isDown = outcome === 'down' && (answeredAt.get(model) ?? Number.NEGATIVE_INFINITY) < enteredAt;
      const seconds = isDown ? outages.fail(model, group, isTrial) : null;
      const outage = outages.get(model);
      if (isTrial && outage !== undefined) outage.trialUntil = 0;
      return seconds;
    };
    return { isTrial, leave: (outcome) => Promise.resolve(leave(outcome)) };
  };
  return (model, address) => async () => {
    const group = addressGroup(address);
    const outage = outages.get(model);
    if (outage === undefined) return E.right(passage(model, group, false));
    const waits = outage.failed.get(group) === true ? outage.nextAt - monotonic() : 0;
    if (outage.trialUntil > monotonic()) return E.left(closed(Math.max(waits, pauseAfter(outage.failures + 1))));
    if (waits > 0) return E.left(closed(waits));
    outage.trialUntil = monotonic() + longestTrial;
    return E.right(passage(model, group, true));
  };
};
