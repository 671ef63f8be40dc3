import type { ProxyError } from '../kernel/proxy-error.ts';
import type { Memory } from '../ports/memory.ts';

/** The share of one exchange, until it is closed. */
export type ExchangeMemory = Memory & {
  /** Lets go of all that is still held; nothing can be taken afterwards. */
  readonly close: () => void;
};

/** The service's one memory budget. */
export type MemoryBudget = {
  /** Begins an exchange of this caller's; it is at work from the first bytes that it takes. */
  readonly open: (caller: string) => ExchangeMemory;
  /** The most that one exchange can ever hold. */
  readonly largest: number;
  /** Bytes that are held now. */
  readonly held: () => number;
};

/** How much may be held (bytes), and by how many exchanges at once. */
export type MemoryBounds = { readonly mostBytes: number; readonly mostExchanges: number };

/** What exchanges hold together. */
type Holding = { held: number; exchanges: number };

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;

/** What every exchange costs beside the bytes that are counted: sockets, records, closures. */
const baseBytes = 32 * kibibyte;

/** A request of 256 KiB and an answer of its size hold no more. */
const mostOfSmall = mebibyte + baseBytes;

/** An eighth of all is kept for exchanges that hold little, so that large ones never leave none for them. */
const roomForSmall = (mostBytes: number): number => Math.min(Math.floor(mostBytes / 8), 64 * mebibyte);

/** A share of the places that is kept for callers who have fewer of them at work, so that no one caller has them all. */
const placesForOthers = (mostExchanges: number): number => Math.floor(mostExchanges / 8);

/** What large exchanges of one caller may hold together, once somebody else was told that there is no room. */
const shareOfOne = (largest: number): number => Math.floor((largest * 3) / 4);

const busy: ProxyError = { tag: 'Busy', message: 'Too many large requests at once. Please try again in a moment.' };
const crowded: ProxyError = { tag: 'Busy', message: 'Too many requests at once. Please try again in a moment.' };
const closed: ProxyError = { tag: 'ClientGone' };

type Bounds = MemoryBounds & { readonly largest: number };

/** What all exchanges hold, and those of each caller. */
type Books = {
  readonly all: Holding;
  /** One more exchange of this caller's; gives what those of theirs hold. */
  readonly begin: (caller: string) => Holding;
  readonly end: (caller: string, holding: Holding) => void;
  readonly hasPlaceFor: (caller: string) => boolean;
  /** Whether an exchange that holds so much may hold so much more. */
  readonly hasRoomFor: (caller: string, held: number, more: number) => boolean;
};

const openBooks = ({ mostBytes, mostExchanges, largest }: Bounds): Books => {
  const keptPlaces = placesForOthers(mostExchanges);
  const share = shareOfOne(largest);
  const all: Holding = { held: 0, exchanges: 0 };
  const callers = new Map<string, Holding>();
  /** Who found no room for a large exchange, since others have it. */
  let waiting: string | null = null;
  /** Who was the last to have nothing more at work, and stays: a Map leaves garbage for each key that is taken out. */
  let resting: string | null = null;
  const heldBy = (caller: string): number => callers.get(caller)?.held ?? 0;
  const hasRoomForLarge = (caller: string, held: number, more: number): boolean => {
    const others = heldBy(caller) - held;
    // One that is large already goes on: its work would be lost.
    const isNew = held <= mostOfSmall && others > 0;
    if (waiting !== null && waiting !== caller && isNew && others + held + more > share) return false;
    const isThere = all.held + more <= largest;
    if (isThere && (waiting === caller || all.held < largest - share)) waiting = null;
    if (!isThere && heldBy(caller) === held) waiting = caller;
    return isThere;
  };
  return {
    all,
    begin: (caller) => {
      const known = callers.get(caller);
      const holding = known ?? { held: 0, exchanges: 0 };
      if (known === undefined) callers.set(caller, holding);
      holding.exchanges += 1;
      all.exchanges += 1;
      return holding;
    },
    end: (caller, holding) => {
      holding.exchanges -= 1;
      all.exchanges -= 1;
      if (holding.exchanges > 0 || resting === caller) return;
      if (resting !== null && callers.get(resting)?.exchanges === 0) callers.delete(resting);
      resting = caller;
    },
    hasPlaceFor: (caller) =>
      all.exchanges < mostExchanges - ((callers.get(caller)?.exchanges ?? 0) < keptPlaces ? 0 : keptPlaces),
    hasRoomFor: (caller, held, more) =>
      held + more <= mostOfSmall ? all.held + more <= mostBytes : hasRoomForLarge(caller, held, more),
  };
};

/** What one exchange holds; `callers`: all of its caller's together, null until it is at work. */
type Own = { held: number; callers: Holding | null; isClosed: boolean };

/** Makes the budget. It counts what is reserved and allocates nothing. */
export const memoryBudget = ({ mostBytes, mostExchanges }: MemoryBounds): MemoryBudget => {
  const largest = mostBytes - roomForSmall(mostBytes);
  const hopeless: ProxyError = { tag: 'TooMuchHeld', mostBytes: largest };
  const { all, begin, end, hasPlaceFor, hasRoomFor } = openBooks({ mostBytes, mostExchanges, largest });

  const open = (caller: string): ExchangeMemory => {
    const own: Own = { held: 0, callers: null, isClosed: false };
    const hold = (bytes: number, callers: Holding): void => {
      own.held += bytes;
      callers.held += bytes;
      all.held += bytes;
    };
    const take = (bytes: number): ProxyError | null => {
      if (own.isClosed) return closed;
      if (own.callers === null && !hasPlaceFor(caller)) return crowded;
      const more = own.callers === null ? bytes + baseBytes : bytes;
      if (own.held + more > largest) return hopeless;
      if (!hasRoomFor(caller, own.held, more)) return busy;
      own.callers ??= begin(caller);
      hold(more, own.callers);
      return null;
    };
    const giveBack = (bytes: number): void => {
      if (own.callers !== null) hold(-Math.min(bytes, own.held), own.callers);
    };
    const close = (): void => {
      if (own.isClosed) return;
      own.isClosed = true;
      giveBack(own.held);
      if (own.callers !== null) end(caller, own.callers);
    };
    return { take, giveBack, close };
  };
  return { open, largest, held: () => all.held };
};
