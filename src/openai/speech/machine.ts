import { fromBase64 } from '../../kernel/base64.ts';
import type { Machine } from '../../kernel/machine.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import { declaredKind } from '../../gemini/media-names.ts';
import type { AnswerBlob, Frame, ResponsePart, UsageMetadata } from '../../gemini/response.ts';
import { readSound, type Sound } from '../../gemini/sound.ts';
import { latestUsage } from '../../gemini/usage.ts';
import { blockIn } from '../../gemini/verdict.ts';
import { encodedTypes } from '../../ports/audio.ts';

/** A piece of sound: encoded, or samples that go out as they are or as a WAV file. */
export type SpokenPiece =
  | { readonly kind: 'encoded'; readonly mimeType: string; readonly bytes: Uint8Array }
  | ({ readonly kind: 'wav' | 'pcm'; readonly isFirst: boolean } & Sound);

/** What a speech answer is made of; `end` says how it went. */
export type SpeechEvent =
  SpokenPiece | { readonly kind: 'end'; readonly usage: UsageMetadata; readonly error: ProxyError | null };

/** What is known of a spoken answer so far. */
export type SpeechState = {
  readonly pieces: number;
  readonly isUnreadable: boolean;
  readonly refusal: ProxyError | null;
  readonly usage: UsageMetadata;
};

const typeByKind: ReadonlyMap<string | null, string> = new Map(
  Object.values(encodedTypes).map((type) => [declaredKind(type), type]),
);

/** The media type to answer encoded sound by, whichever of its names Gemini has for it; undefined for bare sound. */
const encodedType = (mimeType: string): string | undefined => typeByKind.get(declaredKind(mimeType));

const blobsOf = (frame: Frame): readonly AnswerBlob[] =>
  (frame.candidates?.[0]?.content?.parts ?? []).flatMap(({ inlineData, thought }: ResponsePart) =>
    inlineData !== undefined && thought !== true ? [inlineData] : [],
  );

const pieceOf = (blob: AnswerBlob, format: 'wav' | 'pcm', isFirst: boolean): SpokenPiece | null => {
  const encoded = encodedType(blob.mimeType);
  if (encoded !== undefined) return { kind: 'encoded', mimeType: encoded, bytes: fromBase64(blob.data) };
  const sound = readSound(blob);
  return sound === null ? null : { kind: format, isFirst, ...sound };
};

const errorAt = ({ pieces, refusal, isUnreadable }: SpeechState): ProxyError | null => {
  if (refusal !== null) return refusal;
  if (pieces > 0) return null;
  return { tag: 'BadAnswer', reason: isUnreadable ? 'sound of an unknown kind' : 'no sound in it' };
};

/** Sound as it comes, then how it ended. `format` is what samples go out as; encoded sound is what it is. */
export const speechMachine = (format: 'wav' | 'pcm'): Machine<SpeechState, Frame, SpeechEvent> => ({
  start: { pieces: 0, isUnreadable: false, refusal: null, usage: {} },
  step: (state, frame) => {
    const blobs = blobsOf(frame);
    const pieces = blobs.flatMap((blob, at) => pieceOf(blob, format, state.pieces + at === 0) ?? []);
    const next = {
      pieces: state.pieces + pieces.length,
      isUnreadable: state.isUnreadable || pieces.length < blobs.length,
      refusal: blockIn(frame) ?? state.refusal,
      usage: latestUsage(state.usage, frame.usageMetadata),
    };
    return [next, pieces];
  },
  end: (state) => [{ kind: 'end', usage: state.usage, error: errorAt(state) }],
  fail: ({ usage }, error) => [{ kind: 'end', usage, error }],
});
