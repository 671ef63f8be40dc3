import { E } from '../../kernel/fp.ts';
import type { OutageError, ProxyError } from '../../kernel/proxy-error.ts';
import type { EnterModel, Now, Passage } from '../../ports/capabilities.ts';
import { addressGroup } from '../callers/address-group.ts';
import { recentMap, type RecentMap } from '../../kernel/recent-map.ts';

/** A model that failed for all tries of a request; times in milliseconds on a clock that never goes back. */
type Outage = {
  /** How many trials have failed since. */
  failures: number;
  /** When who has failed may try again. */
  nextAt: number;
  /** Until when a trial is waited for; 0 when none runs. */
  trialUntil: number;
  /** How the last request failed. */
  error: OutageError;
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

/** What who has failed is asked to wait. */
const pauseAfter = (failures: number): number => Math.min(second * 2 ** failures, longestPause);

/** So many trials may fail before the wait is insisted on: a short outage ends for the next request. */
const mostForgiven = 3;

const inSeconds = (ms: number): number => Math.max(1, Math.ceil(ms / second));

/** What the last one who was let through was told. */
const outageError = ({ error }: Outage, ms: number): ProxyError => ({ ...error, retryAfterSeconds: inSeconds(ms) });

type Outages = {
  readonly get: (model: string) => Outage | undefined;
  readonly end: (model: string) => void;
  /** Takes down that all tries of a request failed; gives the seconds to wait. */
  readonly fail: (
    model: string,
    group: string,
    met: { readonly isTrial: boolean; readonly error: OutageError },
  ) => number;
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
    fail: (model, group, { isTrial, error }) => {
      const outage = get(model) ?? {
        failures: -1,
        nextAt: 0,
        trialUntil: 0,
        error,
        failed: recentMap<true>(mostCallers),
      };
      outage.failed.set(group, true);
      outage.error = error;
      if (isTrial || outage.failures < 0) {
        outage.failures += 1;
        outage.nextAt = monotonic() + (outage.failures > mostForgiven ? pauseAfter(outage.failures) : 0);
      }
      held.set(model, outage);
      return inSeconds(
        Math.max(outage.nextAt - monotonic(), outage.failures > mostForgiven ? 0 : pauseAfter(outage.failures)),
      );
    },
  };
};

/**
 * Keeps requests from a model that answers nobody. It closes when one request has failed with all its tries while no
 * other one was answered, then lets one request at a time through, for one try; after each failed trial who has failed
 * waits twice as long, a minute at most; the first three waits are only told, so that a short outage ends at once. A
 * caller who has not failed yet is always let through as the next trial, so that nobody whose own requests fail takes a
 * model from others; and any answer opens it again.
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
      const isDown = typeof outcome === 'object' && (answeredAt.get(model) ?? Number.NEGATIVE_INFINITY) < enteredAt;
      const seconds = isDown ? outages.fail(model, group, { isTrial, error: outcome }) : null;
      const outage = outages.get(model);
      if (isTrial && outage !== undefined) outage.trialUntil = 0;
      return seconds;
    };
    return { isTrial, leave };
  };
  return (model, address) => {
    const group = addressGroup(address);
    const outage = outages.get(model);
    if (outage === undefined) return E.right(passage(model, group, false));
    const waits = outage.failed.get(group) === true ? outage.nextAt - monotonic() : 0;
    if (outage.trialUntil > monotonic())
      return E.left(outageError(outage, Math.max(waits, pauseAfter(outage.failures))));
    if (waits > 0) return E.left(outageError(outage, waits));
    outage.trialUntil = monotonic() + longestTrial;
    return E.right(passage(model, group, true));
  };
};
