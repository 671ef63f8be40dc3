import { toBase64 } from '../kernel/base64.ts';
import { TE, pipe } from '../kernel/fp.ts';
import { thrown, type ProxyError } from '../kernel/proxy-error.ts';
import { abortSignalFrom } from '../kernel/signal.ts';
import type { Stage } from '../kernel/stage.ts';
import { withCandidates } from '../gemini/plain-text.ts';
import type { Frame, ResponsePart } from '../gemini/response.ts';
import { readSound, type Sound } from '../gemini/sound.ts';
import { encodedTypes, type AudioEncoder, type Encoding } from '../ports/audio.ts';
import type { Capabilities } from '../ports/capabilities.ts';
import { costs } from '../ports/memory.ts';
import type { Frames, Planned } from './exchange.ts';

const isSound = (part: ResponsePart): boolean =>
  part.thought !== true && part.inlineData?.mimeType.startsWith('audio/') === true;

const soundOf = ({ inlineData }: ResponsePart): Sound => {
  const sound = inlineData === undefined ? null : readSound(inlineData);
  if (sound === null) throw thrown({ tag: 'BadAnswer', reason: 'sound of an unknown kind' });
  return sound;
};

const withoutSound = (frame: Frame): Frame =>
  withCandidates(
    frame,
    (frame.candidates ?? []).map((candidate) => ({
      ...candidate,
      content: { parts: (candidate.content?.parts ?? []).filter((part) => !isSound(part)) },
    })),
  );

/** Gives the sound of an answer, and lays aside all else that it holds. */
async function* soundsOf(frames: Frames, aside: Frame[]): AsyncGenerator<Sound, void, undefined> {
  for await (const batch of frames) {
    for (const frame of batch) {
      aside.push(withoutSound(frame));
      for (const part of (frame.candidates?.[0]?.content?.parts ?? []).filter(isSound)) yield soundOf(part);
    }
  }
}

async function* samplesOf(first: Sound, rest: AsyncIterable<Sound>): AsyncGenerator<Uint8Array, void, undefined> {
  yield first.samples;
  for await (const { samples } of rest) yield samples;
}

const typeOf = ({ format }: Encoding, { rate, channels }: Sound): string =>
  format === 'pcm' ? `audio/L16;codec=pcm;rate=${rate};channels=${channels}` : encodedTypes[format];

const frameOf = (piece: Uint8Array, mimeType: string): Frame => {
  const inlineData = { mimeType, data: toBase64(piece) };
  return { candidates: [{ index: 0, content: { parts: [{ inlineData }] } }] };
};

/** `reserve` is asked before a piece of sound is held; what is slowed down is longer than what came. */
type Spoken = {
  readonly frames: Frames;
  readonly signal: AbortSignal;
  readonly reserve: (bytes: number) => ProxyError | null;
};

async function* encodeFrames(
  { frames, signal, reserve }: Spoken,
  { encode }: AudioEncoder,
  encoding: Encoding,
): Frames {
  const aside: Frame[] = [];
  const sounds = soundsOf(frames, aside);
  try {
    const first = await sounds.next();
    if (first.done !== true) {
      const { rate, channels } = first.value;
      const mimeType = typeOf(encoding, first.value);
      for await (const piece of encode({ samples: samplesOf(first.value, sounds), rate, channels }, encoding, signal)) {
        const refusal = reserve(piece.length);
        if (refusal !== null) throw thrown(refusal);
        yield [frameOf(piece, mimeType)];
      }
    }
    if (aside.length > 0) yield aside;
  } finally {
    sounds.return().catch(() => undefined);
  }
}

/**
 * Encodes the sound of an answer as it comes by, where the plan wants that. The encoder is looked for first: what it
 * can't do is told before Gemini is asked.
 */
export const encodeAudio =
  ({ findEncoder }: Pick<Capabilities, 'findEncoder'>) =>
  (answer: Stage<Planned, Frames>): Stage<Planned, Frames> =>
  (planned) => {
    const { held, plan } = planned;
    const { encoding: wish, streamed } = plan;
    if (wish === null) return answer(planned);
    const reserve = streamed ? () => null : (bytes: number) => held.answer.take(bytes * costs.sound);
    return pipe(
      TE.fromTask(findEncoder),
      TE.flatMap((encoder) => {
        if (encoder?.makes(wish) === true) {
          const signal = abortSignalFrom(planned.signal);
          return pipe(answer(planned), TE.map((frames) => encodeFrames({ frames, signal, reserve }, encoder, wish)));
        }
        const error = wish.otherwise([...(encoder?.formats ?? [])]);
        return error === null ? answer(planned) : TE.left(error);
      }),
    );
  };
