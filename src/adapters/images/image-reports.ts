import type { Log, Now } from '../../ports/capabilities.ts';
import type { Notice } from '../../ports/status.ts';
import { recentMap } from '../../kernel/recent-map.ts';
import type { ImagePlace } from './image-places.ts';
import type { StoreFault } from './image-store.ts';

type Kind = ImagePlace['kind'] | 'inline';

/**
 * How many pictures went where since the start, `inline` being into the answer itself; and how many a place refused.
 */
export type ImageCounts = {
  readonly kept: Readonly<Record<Kind, number>>;
  readonly refused: Readonly<Record<ImagePlace['kind'], number>>;
};

/** Takes down what became of each picture. */
export type ImageReports = {
  readonly kept: (kind: Kind) => void;
  readonly refused: (kind: ImagePlace['kind'], fault: StoreFault) => void;
  readonly counts: () => ImageCounts;
  /** For the status page. */
  readonly notices: () => readonly Notice[];
};

const words: Readonly<Record<Kind, string>> = {
  local: 'the local folder',
  memory: 'memory',
  qiniu: 'Qiniu',
  tencent: 'Tencent COS',
  inline: 'the answers themselves',
};

const quietMs = 60_000;
const mostReasons = 100;

type PlaceFault = { readonly reason: string; readonly at: number; readonly over: boolean };

type Refused = PlaceFault & { readonly kind: ImagePlace['kind']; readonly next: Kind; readonly count: number };

const noticeOf = ({ kind, next, reason, at, over, count }: Refused): Notice => ({
  level: over ? 'info' : 'warn',
  text:
    `${count === 1 ? 'One picture' : `${count} pictures`} could not be kept in ${words[kind]} and went on to ${words[next]}` +
    `${over ? '; it works again' : ''}. Last at ${new Date(at).toISOString()}: ${reason}`,
});

/** Counts, logs (once a minute a reason) and tells what became of pictures. `order` is the places as they are tried. */
export const imageReports = (
  order: readonly ImagePlace['kind'][],
  { now, log }: { readonly now: Now; readonly log: Log },
): ImageReports => {
  const kept = { local: 0, memory: 0, qiniu: 0, tencent: 0, inline: 0 };
  const refused = { local: 0, memory: 0, qiniu: 0, tencent: 0 };
  const faults = new Map<ImagePlace['kind'], PlaceFault>();
  const loggedAt = recentMap<number>(mostReasons);
  const after = (kind: ImagePlace['kind']): Kind => order[order.indexOf(kind) + 1] ?? 'inline';
  return {
    kept: (kind) => {
      kept[kind] += 1;
      const fault = kind === 'inline' ? undefined : faults.get(kind);
      if (kind !== 'inline' && fault !== undefined) faults.set(kind, { ...fault, over: true });
    },
    refused: (kind, { reason, cause }) => {
      refused[kind] += 1;
      faults.set(kind, { reason, at: now(), over: false });
      const last = loggedAt.get(`${kind} ${reason}`);
      if (last !== undefined && now() - last < quietMs) return;
      loggedAt.set(`${kind} ${reason}`, now());
      log('warn', 'A picture could not be kept where it should be', {
        place: kind,
        next: after(kind),
        reason,
        ...(cause instanceof Error ? { cause } : {}),
      });
    },
    counts: () => ({ kept: { ...kept }, refused: { ...refused } }),
    notices: () => [
      ...(order[0] === 'memory'
        ? [{ level: 'info' as const, text: 'Pictures are kept in memory: a restart loses them.' }]
        : []),
      ...[...faults].map(([kind, fault]) => noticeOf({ ...fault, kind, next: after(kind), count: refused[kind] })),
    ],
  };
};
