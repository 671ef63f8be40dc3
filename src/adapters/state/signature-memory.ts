import { t, type E } from '../../kernel/fp.ts';
import { isAnswerId } from '../../gemini/answer-id.ts';
import type { HoldsAnswers, RecallSignatures, RememberSignature, Signature } from '../../ports/capabilities.ts';
import { fairMap, type FairMap, type HeldEntry } from '../../kernel/fair-map.ts';
import { callerMark } from '../callers/caller-mark.ts';
import type { StateFile } from './state-file.ts';

const snapshotCodec = t.readonlyArray(
  t.readonly(
    t.intersection([
      t.type({ callId: t.string, value: t.string, keyId: t.string }),
      t.partial({ caller: t.string }),
    ]),
  ),
);

/** Signatures as kept in `signatures.json`, each with a mark of its caller, from the least to the most recently used. */
export type SignaturesSnapshot = t.TypeOf<typeof snapshotCodec>;

/** Reads a snapshot back from JSON; Left when it is not one. */
export const decodeSignatures = (value: unknown): E.Either<unknown, SignaturesSnapshot> => snapshotCodec.decode(value);

/** Bounds of the memory: entries, characters held, and characters written to disk. */
export type SignatureBounds = {
  readonly mostEntries: number;
  readonly mostCharacters: number;
  readonly mostKept: number;
};

/** 5,000 entries, 16 Mi characters in memory, the newest 2 Mi on disk. */
export const signatureBounds: SignatureBounds = {
  mostEntries: 5000,
  mostCharacters: 16 * 1024 ** 2,
  mostKept: 2 * 1024 ** 2,
};

/** Remembers and recalls thought signatures by tool call id. */
export type SignatureMemory = {
  readonly recallSignatures: RecallSignatures;
  readonly rememberSignature: RememberSignature;
  readonly holdsAnswers: HoldsAnswers;
};

const sizeOf = ({ callId, value, keyId }: Signature): number => callId.length + value.length + keyId.length;

/** The characters of an entry's JSON beside its texts. */
const frame = 40;

/** So many characters of them, shared as fairly as the memory is. */
const keptWithin = (all: readonly HeldEntry<Signature>[], mostCharacters: number): SignaturesSnapshot => {
  const within = fairMap<Signature>({ most: Infinity, mostSize: mostCharacters, sizeOf: (one) => sizeOf(one) + frame });
  for (const { key, value, holder } of all)
    if (sizeOf(value) + frame <= mostCharacters && value.holdsWords !== true) within.set(key, value, holder);
  return within.entries().map(({ value, holder }) => ({
    callId: value.callId,
    value: value.value,
    keyId: value.keyId,
    caller: holder,
  }));
};

const heldOf = (held: FairMap<Signature>, callIds: readonly string[]): ReadonlyMap<string, Signature> => {
  const found = new Map<string, Signature>();
  for (const callId of callIds) {
    const signature = held.get(callId);
    if (signature !== undefined) found.set(callId, signature);
  }
  return found;
};

/**
 * Remembers thought signatures by tool call id, for clients that do not send them back; past a bound the least recently
 * used ones of who has most go first. One that would take more than an eighth of the room is not kept. With a `store`,
 * a restart keeps the newest.
 */
export const signatureMemory = (
  bounds: SignatureBounds,
  { store }: { readonly store?: StateFile<SignaturesSnapshot> } = {},
): SignatureMemory => {
  const state = { answers: 0 };
  const held = fairMap<Signature>({
    most: bounds.mostEntries,
    mostSize: bounds.mostCharacters,
    sizeOf,
    left: ({ callId }) => {
      if (isAnswerId(callId)) state.answers -= 1;
    },
  });
  const put = (signature: Signature, caller: string): void => {
    const { callId } = signature;
    if (sizeOf(signature) > bounds.mostCharacters / 8) return held.remove(callId);
    if (isAnswerId(callId)) state.answers += 1;
    return held.set(callId, signature, caller);
  };
  for (const { caller = '', ...signature } of store?.load() ?? []) put(signature, caller);

  return {
    holdsAnswers: () => state.answers > 0,
    recallSignatures: (callIds) => heldOf(held, callIds),
    rememberSignature: (signature, address) => {
      put(signature, callerMark(address));
      store?.save(() => keptWithin(held.entries(), bounds.mostKept));
    },
  };
};
