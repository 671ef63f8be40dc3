import type { Machine } from '../kernel/machine.ts';
import { saidIn, type Said } from '../gemini/plain-text.ts';
import type { Frame } from '../gemini/response.ts';
import type { AnswerForm, StreamWriter, TextRun } from './answer-writer.ts';

/** A machine that takes all frames of one read at once. */
export type FrameMachine<S, B, F> = Machine<S, readonly Frame[], B, F>;

/** How far a stream's machine is; `run`: the texts behind that; `isBegun`: frames have been written. */
export type Going<S> = { state: S; run: TextRun<S> | null; isBegun: boolean };

/** The state after all that was said. */
export const stateOf = <S>(going: Going<S>): S => {
  if (going.run !== null) going.state = going.run.state();
  going.run = null;
  return going.state;
};

/** Writes frames, and what was said in short, piece by piece. */
type PiecesWriter = Required<Pick<StreamWriter, 'inPieces'>> & {
  readonly sayAll: (said: readonly Said[]) => readonly string[] | null;
};

const piecesWriter = <S, B, F>(
  machine: FrameMachine<S, B, F>,
  form: AnswerForm<S, B, F>,
  going: Going<S>,
): PiecesWriter => {
  const sayAll = (said: readonly Said[]): readonly string[] | null => {
    const short = form.texts?.(stateOf(going), said) ?? null;
    if (short === null) return null;
    going.state = short[0];
    return short[1];
  };
  const writeTexts = (frames: readonly Frame[]): readonly string[] | null => {
    const said = form.texts === undefined ? null : saidIn(frames);
    return said === null ? null : sayAll(said);
  };
  const writeEvents = (frames: readonly Frame[]): string => {
    const [next, outputs] = machine.step(stateOf(going), frames);
    going.state = next;
    return outputs.length > 0 ? form.frames(outputs) : '';
  };
  const inPieces = (frames: readonly Frame[]): readonly string[] => {
    const { isBegun } = going;
    going.isBegun = true;
    const short = writeTexts(frames);
    if (short !== null) return short;
    if (frames.length < 4 || form.texts === undefined) return [writeEvents(frames)];
    // The first frame of an answer and its last say more than a text; those between them mostly don't.
    const from = isBegun ? 0 : 1;
    const [between, last] = [frames.slice(from, -1), frames.slice(-1)];
    const first = isBegun ? '' : writeEvents(frames.slice(0, 1));
    const texts = writeTexts(between) ?? [writeEvents(between)];
    return [first, ...texts, writeEvents(last)];
  };
  return { sayAll, inPieces };
};

/** Writes what frames say, by the shorter ways where they will do. */
export const wordsWriter = <S, B, F>(
  machine: FrameMachine<S, B, F>,
  form: AnswerForm<S, B, F>,
  going: Going<S>,
): Pick<StreamWriter, 'inPieces' | 'write' | 'say'> => {
  const { sayAll, inPieces } = piecesWriter(machine, form, going);
  return {
    inPieces,
    write: (frames) => inPieces(frames).join(''),
    say: (said) => {
      going.run ??= form.run?.(going.state) ?? null;
      return going.run === null ? (sayAll([said])?.join('') ?? null) : going.run.say(said);
    },
  };
};
