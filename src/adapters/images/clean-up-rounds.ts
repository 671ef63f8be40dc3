import type { Log, Now } from '../../ports/capabilities.ts';
import { fairMap } from '../../kernel/fair-map.ts';
import { addressGroup } from '../callers/address-group.ts';
import { codeOf } from '../error-code.ts';
import { cleanUpImages, type ImageCaps, type Stock } from './image-clean-up.ts';
import type { NamedImage } from './image-store.ts';

/** When a folder of pictures is cleaned up: at the start, every hour, and whenever it has grown past a cap. */
export type CleanUpRounds = {
  /** Brings the folder within its caps; while a round runs, by one more after it. Never fails. */
  readonly cleanUp: () => Promise<void>;
  /** Tells that a picture has come, of so many bytes, and from which address. */
  readonly added: (image: Image, bytes: number) => void;
  /** Cleans up now and every hour. */
  readonly start: () => void;
  /** Ends that, after the round that runs. */
  readonly stop: () => Promise<void>;
};

/** A clock for the age of pictures, and a log for disks that refuse. */
export type CleanUpNeeds = { readonly now: Now; readonly log: Log };

type State = {
  /** Null before the first round. */
  stock: Stock | null;
  /** What came since the last round began. */
  meanwhile: Stock;
  again: boolean;
  running: Promise<void> | null;
  timer: NodeJS.Timeout | undefined;
};

const everyMs = 3_600_000;

/** Of so many pictures it is known whose they are; all others, and those from before a restart, are as of one. */
const mostMakers = 10_000;

type Image = Pick<NamedImage, 'name' | 'address'>;

type Makers = { readonly note: (image: Image) => void; readonly whose: (name: string) => string };

const knownMakers = (): Makers => {
  const groups = fairMap<string>({ most: mostMakers });
  return {
    note: ({ name, address }) => {
      const group = addressGroup(address);
      groups.set(name, group, group);
    },
    whose: (name) => groups.get(name) ?? '',
  };
};

const nothing: Stock = { images: 0, bytes: 0 };

const addStock = (one: Stock, other: Stock): Stock => ({
  images: one.images + other.images,
  bytes: one.bytes + other.bytes,
});

type Folder = ImageCaps & { readonly folder: string };

/** What is not known yet may be too much. */
const isOver = (stock: Stock | null, { mostImages, mostBytes }: ImageCaps): boolean =>
  stock === null || stock.images > mostImages || stock.bytes > mostBytes;

/** Makes the rounds of one folder; one round at a time, always in the background. */
export const cleanUpRounds = ({ folder, ...caps }: Folder, { now, log }: CleanUpNeeds): CleanUpRounds => {
  const makers = knownMakers();
  const state: State = { stock: null, meanwhile: nothing, again: false, running: null, timer: undefined };
  const round = async (): Promise<void> => {
    state.meanwhile = nothing;
    const stock = await cleanUpImages(folder, { ...caps, whose: makers.whose }, now()).catch((cause: unknown) => {
      if (codeOf(cause) !== 'ENOENT') log('warn', 'Old pictures cannot be cleaned up', { code: codeOf(cause) });
      return nothing;
    });
    state.stock = addStock(stock, state.meanwhile);
  };
  const roundsWhileAsked = async (): Promise<void> => {
    do {
      state.again = false;
      await round();
    } while (state.again);
    state.running = null;
  };
  const cleanUp = (): Promise<void> => {
    state.again = true;
    return (state.running ??= roundsWhileAsked());
  };
  return {
    cleanUp,
    added: (image, bytes) => {
      makers.note(image);
      state.meanwhile = addStock(state.meanwhile, { images: 1, bytes });
      state.stock = state.stock === null ? null : addStock(state.stock, { images: 1, bytes });
      if (isOver(state.stock, caps)) void cleanUp();
    },
    start: () => {
      void cleanUp();
      state.timer ??= setInterval(() => void cleanUp(), everyMs).unref();
    },
    stop: async () => {
      clearInterval(state.timer);
      await state.running;
    },
  };
};
