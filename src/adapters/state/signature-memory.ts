import { t, type E } from '../../kernel/fp.ts';
import { isAnswerId } from '../../gemini/answer-id.ts';
import type { HoldsAnswers, RecallSignatures, RememberSignature, Signature } from '../../ports/capabilities.ts';
import { recentMap, type RecentMap } from '../../kernel/recent-map.ts';
import type { StateFile } from './state-file.ts';

const snapshotCodec = t.readonlyArray(t.readonly(t.type({ callId: t.string, value: t.string, keyId: t.string })));

/** Signatures as kept in `signatures.json`, from the least to the most recently used. */
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

const newestSignatures = (oldestFirst: readonly Signature[], mostCharacters: number): SignaturesSnapshot => {
  let room = mostCharacters;
  const from = oldestFirst.findLastIndex((signature) => {
    room -= sizeOf(signature) + frame;
    return room < 0;
  });
  return oldestFirst.slice(from + 1);
};

const heldOf = (held: RecentMap<Signature>, callIds: readonly string[]): ReadonlyMap<string, Signature> => {
  const found = new Map<string, Signature>();
  for (const callId of callIds) {
    const signature = held.get(callId);
    if (signature !== undefined) found.set(callId, signature);
  }
  return found;
};

/**
 * Remembers thought signatures by tool call id, for clients that do not send them back; the least recently used go
 * first. One that would take more than an eighth of the room is not kept. With a `store`, a restart keeps the newest.
 */
export const signatureMemory = (
  bounds: SignatureBounds,
  { store }: { readonly store?: StateFile<SignaturesSnapshot> } = {},
): SignatureMemory => {
  const held = recentMap<Signature>(bounds.mostEntries);
  const state = { characters: 0, answers: 0 };

  const forget = (signature: Signature | undefined): void => {
    if (signature === undefined) return;
    held.remove(signature.callId);
    state.characters -= sizeOf(signature);
    if (isAnswerId(signature.callId)) state.answers -= 1;
  };
  const put = (signature: Signature): void => {
    forget(held.get(signature.callId));
    if (sizeOf(signature) > bounds.mostCharacters / 8) return;
    state.characters += sizeOf(signature);
    if (isAnswerId(signature.callId)) state.answers += 1;
    forget(held.set(signature.callId, signature));
    while (state.characters > bounds.mostCharacters) forget(held.entries().next().value?.[1]);
  };
  for (const signature of store?.load() ?? []) put(signature);

  return {
    holdsAnswers: () => state.answers > 0,
    recallSignatures: (callIds) => heldOf(held, callIds),
    rememberSignature: (signature) => {
      put(signature);
      store?.save(() =>
        newestSignatures(
          [...held.entries()].flatMap(([, each]) => (each.holdsWords === true ? [] : [each])),
          bounds.mostKept,
        ),
      );
    },
  };
};
