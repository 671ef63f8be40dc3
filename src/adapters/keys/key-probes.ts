import { E, type TE } from '../../kernel/fp.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import type { Lease, Log, Now, ReportKey } from '../../ports/capabilities.ts';
import type { KeyPool } from './key-pool.ts';

/** Asks Google about keys before they are given up, and again afterwards. */
export type KeyProbes = {
  /** Passes on how an attempt ended; a refused key is asked about first, and goes out when it is refused there too. */
  readonly reportKey: ReportKey;
  /** Asks about the keys that are out and due. */
  readonly askDue: () => Promise<void>;
  /** Looks every minute which are due, until the signal aborts. Keeps no process alive. */
  readonly start: () => void;
};

/** The keys, and what it takes to ask about one. */
export type KeyProbesNeeds = {
  readonly pool: Pick<KeyPool, 'reportKey' | 'learnHealth' | 'suspect' | 'faultyKeys'>;
  /** models.list with this key alone: nothing of any request is in it. */
  readonly probe: (lease: Lease) => TE.TaskEither<ProxyError, unknown>;
  readonly now: Now;
  /** Milliseconds on a clock that never goes back. */
  readonly monotonic: Now;
  readonly log: Log;
};

const minuteMs = 60_000;
const firstMs = 60 * minuteMs;
const longestMs = 24 * firstMs;
/** A key that is refused again and again is asked about this often at most. */
const restMs = 10_000;

/** When a key that is out is asked about next; `since` tells one outage from the next. */
type Plan = { readonly since: number; readonly at: number; readonly everyMs: number };

type Judge = (lease: Lease) => Promise<void>;

/** One question about a key at a time, and none sooner than ten seconds after the last. */
const askAboutKey = ({ pool, probe, now, monotonic, log }: KeyProbesNeeds): Judge => {
  const askedAt = new Map<string, number>();
  return async (lease) => {
    const last = askedAt.get(lease.id);
    if (last !== undefined && monotonic() - last < restMs) return;
    askedAt.set(lease.id, Number.POSITIVE_INFINITY);
    const began = now();
    const verdict = await probe(lease)();
    askedAt.set(lease.id, monotonic());
    if (E.isLeft(verdict) && verdict.left.tag === 'KeyRefused') pool.learnHealth(lease.id, verdict.left, began);
    else
      log('info', 'A key was refused for one call and stays in use', {
        key: lease.number,
        check: E.isLeft(verdict) ? verdict.left.tag : 'ok',
      });
  };
};

/** After a question about a key that is out: twice as long, but for a fault of host or network, which says nothing. */
const planAfter = (plan: Plan, verdict: E.Either<ProxyError, unknown>, at: number): Plan => {
  const saysNothing = E.isLeft(verdict) && verdict.left.tag !== 'KeyRefused';
  const everyMs = saysNothing ? plan.everyMs : Math.min(2 * plan.everyMs, longestMs);
  return { ...plan, everyMs, at: at + everyMs };
};

const askDueKeys = ({ pool, probe, now, monotonic }: KeyProbesNeeds): KeyProbes['askDue'] => {
  const plans = new Map<string, Plan>();
  const planOf = (id: string, since: number): Plan => {
    const known = plans.get(id);
    if (known?.since === since) return known;
    const everyMs = known !== undefined && monotonic() - known.at < longestMs ? known.everyMs : firstMs;
    return { since, at: monotonic() + everyMs, everyMs };
  };
  return async () => {
    for (const { lease, since } of pool.faultyKeys()) {
      const plan = planOf(lease.id, since);
      plans.set(lease.id, plan);
      if (monotonic() < plan.at) continue;
      const began = now();
      const verdict = await probe(lease)();
      plans.set(lease.id, planAfter(plan, verdict, monotonic()));
      if (E.isRight(verdict)) pool.learnHealth(lease.id, null, began);
    }
  };
};

/**
 * A refusal of one call is a suspicion: the key is lent last until models.list, which holds nothing of any request,
 * says whether it works; only then it goes out. A key that is out is asked about after an hour, then after twice as
 * long each time, a day at most. A key without credit goes out at once, for that question costs nothing and says
 * nothing of credit; it comes back when it is due and shows by its next call whether somebody has paid.
 */
export const keyProbes = (needs: KeyProbesNeeds, signal: AbortSignal): KeyProbes => {
  const { pool, log } = needs;
  const judge = askAboutKey(needs);
  const askDue = askDueKeys(needs);
  const running = { isAsking: false };
  const tick = async (): Promise<void> => {
    if (running.isAsking) return;
    running.isAsking = true;
    await askDue().catch((cause: unknown) => log('error', 'Keys that are out could not be checked', { cause }));
    running.isAsking = false;
  };
  return {
    askDue,
    reportKey: (lease, model, error) => {
      if (error?.tag !== 'KeyRefused' || error.fault === 'unpaid') {
        pool.reportKey(lease, model, error);
        return;
      }
      pool.suspect(lease.id);
      if (!signal.aborted)
        void judge(lease).catch((cause: unknown) =>
          log('error', 'A key could not be checked', { key: lease.number, cause }),
        );
    },
    start: () => {
      const timer = setInterval(() => void tick(), minuteMs).unref();
      signal.addEventListener('abort', () => clearInterval(timer), { once: true });
    },
  };
};
