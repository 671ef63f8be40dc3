import { thrown, type ProxyError } from '../../kernel/proxy-error.ts';
import { costs, type Holding } from '../../ports/memory.ts';

/** Follows what is held of an answer's body. */
export type AnswerMeter = {
  /** So many bytes are about to be held. Throws when they are too many, or when there is no memory for them. */
  readonly came: (bytes: number) => void;
  /** What came has been read on and is held no more, but for the beginning of the next frame. */
  readonly passed: () => void;
};

/**
 * Of one frame of a stream, and of all of an answer before anything of it goes out. A 4K picture is tens of megabytes.
 */
const mostBytes = 64 * 1024 * 1024;
/**
 * Of all of a stream: what goes through is not held, but calls and sources gather in it. Gemini's own end at 65,536
 * tokens.
 */
const mostStreamBytes = 512 * 1024 * 1024;
/** Every exchange has so much anyway: short answers reserve nothing. */
const freeBytes = 16 * 1024;
const stepBytes = 64 * 1024;

const tooMuch: ProxyError = { tag: 'BadAnswer', reason: 'a stream of more than 512 MiB', isLasting: true };

const tooLong = (isCollected: boolean): ProxyError => ({
  tag: 'BadAnswer',
  reason: isCollected ? 'an answer of more than 64 MiB' : 'more than 64 MiB in one piece',
  isLasting: true,
});

/** Makes a meter for one answer. It reserves in steps of 64 KiB, so that most pieces cost two additions. */
export const answerMeter = ({ memory, isCollected }: Holding): AnswerMeter => {
  const state = { all: 0, held: 0, reserved: 0, isPassing: false };
  return {
    came: (bytes) => {
      state.all += bytes;
      state.held += bytes;
      if (state.all > mostStreamBytes) throw thrown(tooMuch);
      if (state.held > mostBytes) throw thrown(tooLong(isCollected()));
      if (state.held <= Math.max(freeBytes, state.reserved)) return;
      const wanted = Math.ceil(state.held / stepBytes) * stepBytes;
      const refusal = memory.take((wanted - state.reserved) * costs.answer);
      if (refusal !== null) throw thrown(refusal);
      state.reserved = wanted;
    },
    passed: () => {
      if (!state.isPassing && isCollected()) return;
      state.isPassing = true;
      state.held = 0;
      if (state.reserved > 0) memory.giveBack(state.reserved * costs.answer);
      state.reserved = 0;
    },
  };
};
