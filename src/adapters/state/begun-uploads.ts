import { t, type E } from '../../kernel/fp.ts';
import { fairMap } from '../../kernel/fair-map.ts';
import type { NewId, Now } from '../../ports/capabilities.ts';
import type { BegunUpload, Uploads } from '../../ports/passing-on.ts';
import { callerMark } from '../callers/caller-mark.ts';
import { keptInstant } from './kept-number.ts';
import type { StateFile } from './state-file.ts';

const uploadCodec = t.readonly(
  t.intersection([
    t.type({ id: t.string, url: t.string, home: t.string, keyId: t.string, at: keptInstant }),
    t.partial({ caller: t.string }),
  ]),
);

const snapshotCodec = t.readonlyArray(uploadCodec);

/** Uploads as kept in `uploads.json`, the oldest first. */
export type UploadsSnapshot = t.TypeOf<typeof snapshotCodec>;

/** Reads a snapshot back from JSON; Left when it is not one. */
export const decodeUploads = (value: unknown): E.Either<unknown, UploadsSnapshot> => snapshotCodec.decode(value);

/** A clock, fresh ids, and where what is known outlives a restart. */
export type BegunUploadsNeeds = {
  readonly now: Now;
  readonly newId: NewId;
  readonly store?: StateFile<UploadsSnapshot>;
};

/** As many as 5 MB of addresses. Past it the oldest of who has most goes. */
const mostUploads = 10_000;
const longestUrl = 4096;
/** As long as a file lives. */
const lifeMs = 48 * 3_600_000;

type Kept = BegunUpload & { readonly at: number };

/** Keeps where the bytes of uploads go, by ids that nobody can guess (142 random bits): whoever has one may go on. */
export const begunUploads = ({ now, newId, store }: BegunUploadsNeeds): Uploads => {
  const held = fairMap<Kept>({ most: mostUploads });
  for (const { id, caller = '', ...upload } of store?.load() ?? []) held.set(id, upload, caller);
  const snapshot = (): UploadsSnapshot =>
    held.entries().map(({ key: id, value, holder: caller }) => ({ id, ...value, caller }));
  return {
    keep: (upload, address) => {
      const id = newId();
      if (upload.url.length <= longestUrl) held.set(id, { ...upload, at: now() }, callerMark(address));
      store?.save(snapshot);
      return id;
    },
    find: (id) => {
      const kept = held.get(id);
      if (kept === undefined) return null;
      if (now() - kept.at <= lifeMs) return kept;
      held.remove(id);
      return null;
    },
  };
};
