import { E } from '../kernel/fp.ts';
import { takeBatches } from '../kernel/join-machines.ts';
import type { Machine } from '../kernel/machine.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { ByteSink } from '../kernel/byte-sink.ts';
import type { Scratch } from '../kernel/scratch.ts';
import type { WrittenText } from '../kernel/written-text.ts';
import type { Said } from '../gemini/plain-text.ts';
import type { Frame } from '../gemini/response.ts';
import type { Signature } from './capabilities.ts';
import type { Whole } from './reply.ts';
import { stateOf, wordsWriter, type FrameMachine, type Going } from './words-writer.ts';

/** How an answer ends, and the signatures to remember that only all of it tells. */
export type AnswerEnd<A> = {
  readonly value: A;
  readonly signatures: readonly Signature[];
  /** Keeps the answer for later requests: to be done before its end goes out. It never fails; it may be done at once. */
  readonly keep?: (() => Promise<void> | undefined) | undefined;
};

/** How a stream ends that was written in one go, and the characters that it keeps. */
export type EndAtOnce = Omit<AnswerEnd<unknown>, 'value'> & { readonly kept: number };

/** All of a stream by a shorter way: what `write` and `end` would say of these frames. Null where they must, anew. */
export type WriteAtOnce = (frames: readonly Frame[], into: ByteSink) => EndAtOnce | null;

/** Writes one stream. Frames come in batches, one for each read of the socket, and leave in one text. */
export type StreamWriter = {
  /** What these frames add; '' for nothing. */
  readonly write: (frames: readonly Frame[]) => string;
  /** The same in pieces, in place of `write`: one letter beyond Latin-1 makes all of a text slow to send. */
  readonly inPieces?: (frames: readonly Frame[]) => readonly string[];
  /** What a frame adds that says no more; null where `write` must be given it. */
  readonly say: (said: Said) => string | null;
  /** What closes a stream that ended well; Left where the answer itself says what went wrong. */
  readonly end: () => E.Either<ProxyError, AnswerEnd<string | WrittenText>>;
  /** What a failure looks like inside the stream; nothing comes after it. */
  readonly fail: (error: ProxyError) => string;
  /** What is written when nothing has gone out for a while. */
  readonly heartbeat: () => string;
  /** Characters that it keeps of the answer until its end; they only grow. Absent where it keeps none. */
  readonly kept?: (() => number) | undefined;
  readonly atOnce?: WriteAtOnce;
};

/** Collects one whole answer. */
export type WholeWriter = {
  readonly add: (frames: readonly Frame[]) => void;
  /** The answer; Left when what came makes none. */
  readonly end: () => E.Either<ProxyError, AnswerEnd<Whole>>;
  /** Both, for an answer of which all is there; its bytes may stand in `room`. */
  readonly atOnce: (frames: readonly Frame[], room: Scratch) => E.Either<ProxyError, AnswerEnd<Whole>>;
};

/** Looks ahead where an answer itself can fail: whether a stream would show anything, and the fault if it never does. */
export type AnswerProbe = {
  readonly shows: (frames: readonly Frame[]) => boolean;
  readonly fault: () => ProxyError | null;
};

/** How the answer to one request is written, as a stream or whole. It holds nothing of the request. */
export type AnswerWriter = {
  readonly stream: () => StreamWriter;
  readonly whole: () => WholeWriter;
  /** Absent where an answer can't fail by itself. */
  readonly probe?: (() => AnswerProbe) | undefined;
};

/**
 * Texts that follow each other, by the shortest way: what was said is held in one record until somebody asks for the
 * state. Each object that a frame looks at again after 10 ms costs it 0.2 µs, and a state has a dozen.
 */
export type TextRun<S> = {
  /** What a stream says for one more text, as the machine would; null where that must read it. */
  readonly say: (said: Said) => string | null;
  /** The state after all of them. */
  readonly state: () => S;
};

/** What a machine's outputs look like. */
export type AnswerForm<S, B, F = B> = {
  /** The text of a stream for these outputs: one or more server-sent events. */
  readonly frames: (outputs: readonly (B | F)[]) => string;
  /** The same for the last ones of a stream that ended well, and what closes it; `frames` and `closing` unless told. */
  readonly last?: (outputs: readonly B[]) => WrittenText;
  /**
   * A shorter way for a read's frames that are texts alone: the state after them, and what the stream says. It says
   * what the machine would; null where that must read them.
   */
  readonly texts?: (state: S, said: readonly Said[]) => readonly [S, readonly string[]] | null;
  /** The same for texts that come one by one, from this state on; null where the machine must read the next one. */
  readonly run?: (state: S) => TextRun<S> | null;
  /** A whole answer; Left when the outputs make none. */
  readonly whole: (outputs: readonly B[]) => E.Either<ProxyError, Whole>;
  /** What the last outputs say went wrong, where an answer itself can fail: it ends the stream as an error does. */
  readonly failure?: (last: readonly B[]) => ProxyError | null;
  /** Signatures to remember that the last outputs tell. */
  readonly signatures?: (last: readonly B[]) => readonly Signature[];
  /** Keeps the answer that the last outputs tell; undefined where it is not to be kept. */
  readonly keep?: (last: readonly B[]) => (() => Promise<void> | undefined) | undefined;
  /** Characters that a stream keeps of its answer until its end; none unless told. */
  readonly kept?: (state: S) => number;
  /** What closes a stream that ended well, after the last outputs. */
  readonly closing: string;
  /** A heartbeat, and the state after it; a comment, which every client passes over, unless told. */
  readonly heartbeat?: (state: S) => readonly [S, string];
};

const comment = ': keep-alive\n\n';

const besideEnd = <S, B, F>(
  { signatures, keep }: AnswerForm<S, B, F>,
  last: readonly B[],
): Omit<AnswerEnd<unknown>, 'value'> => ({ signatures: signatures?.(last) ?? [], keep: keep?.(last) });

const streamWriter = <S, B, F>(machine: FrameMachine<S, B, F>, form: AnswerForm<S, B, F>): StreamWriter => {
  const going: Going<S> = { state: machine.start, run: null, isBegun: false };
  return {
    ...wordsWriter(machine, form, going),
    end: () => {
      const last = machine.end(stateOf(going));
      const failure = form.failure?.(last) ?? null;
      if (failure !== null) return E.left(failure);
      return E.right({ value: form.last?.(last) ?? form.frames(last) + form.closing, ...besideEnd(form, last) });
    },
    fail: (error) => form.frames(machine.fail(stateOf(going), error)),
    heartbeat: () => {
      if (form.heartbeat === undefined) return comment;
      const [next, text] = form.heartbeat(stateOf(going));
      going.state = next;
      return text;
    },
    kept: form.kept === undefined ? undefined : () => form.kept?.(stateOf(going)) ?? 0,
  };
};

const wholeWriter = <S, B, F>(machine: FrameMachine<S, B, F>, form: AnswerForm<S, B, F>): WholeWriter => {
  let state = machine.start;
  const all: B[] = [];
  const add: WholeWriter['add'] = (frames) => {
    const [next, outputs] = machine.step(state, frames);
    state = next;
    for (const output of outputs) all.push(output);
  };
  const end: WholeWriter['end'] = () => {
    const last = machine.end(state);
    for (const output of last) all.push(output);
    return E.map((value: Whole) => ({ value, ...besideEnd(form, last) }))(form.whole(all));
  };
  return {
    add,
    end,
    atOnce: (frames) => {
      add(frames);
      return end();
    },
  };
};

const answerProbe = <S, B, F>(
  machine: FrameMachine<S, B, F>,
  failure: (last: readonly B[]) => ProxyError | null,
): AnswerProbe => {
  let state = machine.start;
  return {
    shows: (frames) => {
      const [next, outputs] = machine.step(state, frames);
      state = next;
      return outputs.length > 0;
    },
    fault: () => failure(machine.end(state)),
  };
};

/**
 * Writes with a machine that takes all frames of one read at once. Stream and whole answer are the same machine, so
 * that the two cannot disagree. Its state and outputs stay in here.
 */
export const batchWriter = <S, B, F>(
  machine: FrameMachine<S, B, F>,
  form: AnswerForm<S, B, F>,
): AnswerWriter => {
  const { failure } = form;
  return {
    stream: () => streamWriter(machine, form),
    whole: () => wholeWriter(machine, form),
    probe: failure === undefined ? undefined : () => answerProbe(machine, failure),
  };
};

/** The same for a machine that takes frame after frame. */
export const answerWriter = <S, B, F>(machine: Machine<S, Frame, B, F>, form: AnswerForm<S, B, F>): AnswerWriter =>
  batchWriter(takeBatches(machine), form);
