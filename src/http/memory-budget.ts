import type { ProxyError } from '../kernel/proxy-error.ts';
import type { Memory } from '../ports/memory.ts';

/** The share of one exchange, until it is closed. */
export type ExchangeMemory = Memory & {
  /** Lets go of all that is still held; nothing can be taken afterwards. */
  readonly close: () => void;
};

/** The service's one memory budget. */
export type MemoryBudget = {
  /** Begins an exchange; it is at work from the first bytes that it takes. */
  readonly open: () => ExchangeMemory;
  /** The most that one exchange can ever hold. */
  readonly largest: number;
  /** Bytes that are held now. */
  readonly held: () => number;
};

/** How much may be held (bytes), and by how many exchanges at once. */
export type MemoryBounds = { readonly mostBytes: number; readonly mostExchanges: number };

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;

/** What every exchange costs beside the bytes that are counted: sockets, records, closures. */
const baseBytes = 32 * kibibyte;

/** A request of 256 KiB and an answer of its size hold no more. */
const mostOfSmall = mebibyte + baseBytes;

/** An eighth of all is kept for exchanges that hold little, so that large ones never leave none for them. */
const roomForSmall = (mostBytes: number): number => Math.min(Math.floor(mostBytes / 8), 64 * mebibyte);

const busy: ProxyError = { tag: 'Busy', message: 'Too many large requests at once. Please try again in a moment.' };
const crowded: ProxyError = { tag: 'Busy', message: 'Too many requests at once. Please try again in a moment.' };
const closed: ProxyError = { tag: 'ClientGone' };

/** Makes the budget. It counts what is reserved and allocates nothing. */
export const memoryBudget = ({ mostBytes, mostExchanges }: MemoryBounds): MemoryBudget => {
  const largest = mostBytes - roomForSmall(mostBytes);
  const hopeless: ProxyError = { tag: 'TooMuchHeld', mostBytes: largest };
  const all = { held: 0, exchanges: 0 };

  const open = (): ExchangeMemory => {
    const own = { held: 0, isAtWork: false, isClosed: false };
    const take = (bytes: number): ProxyError | null => {
      if (own.isClosed) return closed;
      if (!own.isAtWork && all.exchanges >= mostExchanges) return crowded;
      const more = own.isAtWork ? bytes : bytes + baseBytes;
      if (own.held + more > largest) return hopeless;
      if (all.held + more > (own.held + more <= mostOfSmall ? mostBytes : largest)) return busy;
      if (!own.isAtWork) all.exchanges += 1;
      own.isAtWork = true;
      own.held += more;
      all.held += more;
      return null;
    };
    const giveBack = (bytes: number): void => {
      const less = Math.min(bytes, own.held);
      own.held -= less;
      all.held -= less;
    };
    const close = (): void => {
      if (own.isClosed) return;
      own.isClosed = true;
      if (own.isAtWork) all.exchanges -= 1;
      giveBack(own.held);
    };
    return { take, giveBack, close };
  };
  return { open, largest, held: () => all.held };
};
