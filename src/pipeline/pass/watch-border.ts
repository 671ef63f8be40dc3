import type { ByteSource } from '../../ports/byte-source.ts';
import { endWith } from './end-with.ts';

/** How an answer's bytes are framed: events, an array's elements, or one value. */
export type PassedFraming = 'events' | 'array' | 'value';

/** Bytes that pass, with what must be known of their end. */
export type WatchedBytes = {
  readonly body: ByteSource;
  /** Whether a frame may begin now: nothing has gone out, or the last frame is whole. */
  readonly isAtBorder: () => boolean;
};

const lineEnd = 0x0a;
const carriageReturn = 0x0d;

/** Whether these bytes end with an empty line, whatever its line ends are. */
const endsFrame = (bytes: Uint8Array): boolean => {
  let at = bytes.length - 1;
  for (let lines = 0; lines < 2; lines += 1) {
    if (bytes[at] !== lineEnd) return false;
    at -= bytes[at - 1] === carriageReturn ? 2 : 1;
  }
  return true;
};

const closers: ReadonlySet<number> = new Set([0x5d, 0x7d]);
const isBlank = (byte = 0): boolean => byte === 0x20 || byte === lineEnd || byte === carriageReturn || byte === 0x09;

/** Whether a value in JSON may end here. */
const endsValue = (bytes: Uint8Array): boolean => {
  let at = bytes.length - 1;
  while (at >= 0 && isBlank(bytes[at])) at -= 1;
  return at < 0 || closers.has(bytes[at] ?? 0);
};

/**
 * Follows a body's last bytes as it passes, and no others: where a heartbeat or an error may stand is known by them. A
 * stream that ends within a frame has been cut, however cleanly its connection was closed. `ended` is told the last
 * bytes.
 */
export const watchBorder = (
  source: ByteSource,
  framing: PassedFraming,
  ended: (ending: Uint8Array) => void,
): WatchedBytes => {
  const endsWhole = (end: Uint8Array): boolean =>
    endsValue(end) || framing === 'value' || (framing === 'events' && endsFrame(end));
  return {
    isAtBorder: () => {
      const end = source.ending();
      return end.length === 0 || (framing === 'events' && endsFrame(end));
    },
    body: {
      ...source,
      whole: () => {
        const bytes = source.whole();
        if (bytes === null || !endsWhole(bytes)) return null;
        ended(bytes);
        return bytes;
      },
      pour: (sink) =>
        source.pour({
          take: sink.take,
          end: (error) =>
            endWith(sink, () => {
              const end = source.ending();
              ended(end);
              return error === null && !endsWhole(end) ? { tag: 'StreamCut' } : error;
            }),
        }),
    },
  };
};
