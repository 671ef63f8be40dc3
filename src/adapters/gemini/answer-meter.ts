import { thrown, type ProxyError } from '../../kernel/proxy-error.ts';
import { costs, type Holding } from '../../ports/memory.ts';

/**
 * What is held of an answer's body. A record, since each piece that comes alone is counted in it: functions around it
 * would be more to look up.
 */
export type AnswerMeter = {
  held: number;
  /** So much may be held before more memory is asked for. */
  most: number;
  all: number;
  isPassing: boolean;
  reserved: number;
  readonly holding: Holding;
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
export const answerMeter = (holding: Holding): AnswerMeter => ({
  held: 0,
  most: freeBytes,
  all: 0,
  isPassing: false,
  reserved: 0,
  holding,
});

const reserveMore = (meter: AnswerMeter): void => {
  const { memory, isCollected } = meter.holding;
  if (meter.all > mostStreamBytes) throw thrown(tooMuch);
  if (meter.held > mostBytes) throw thrown(tooLong(isCollected()));
  const wanted = Math.ceil(meter.held / stepBytes) * stepBytes;
  const refusal = memory.take((wanted - meter.reserved) * costs.answer);
  if (refusal !== null) throw thrown(refusal);
  meter.reserved = wanted;
  meter.most = wanted;
};

/** So many bytes are about to be held. Throws when they are too many, or when there is no memory for them. */
export const countCame = (meter: AnswerMeter | null, bytes: number): void => {
  if (meter === null) return;
  meter.all += bytes;
  meter.held += bytes;
  if (meter.held > meter.most || meter.all > mostStreamBytes) reserveMore(meter);
};

/** What came has been read on and is held no more, but for the beginning of the next frame. */
export const countPassed = (meter: AnswerMeter | null): void => {
  if (meter === null || (!meter.isPassing && meter.holding.isCollected())) return;
  meter.isPassing = true;
  meter.held = 0;
  if (meter.reserved === 0) return;
  meter.holding.memory.giveBack(meter.reserved * costs.answer);
  meter.reserved = 0;
  meter.most = freeBytes;
};
