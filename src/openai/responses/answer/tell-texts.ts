import { readPlainTexts } from '../../../gemini/answer/read-answer.ts';
import type { Said } from '../../../gemini/plain-text.ts';
import { weightOfPiece } from './kept-weight.ts';
import type { ResponseMachineState } from './machine.ts';
import type { ResponseSettings } from './response-settings.ts';
import { beginStep } from './writing.ts';

/** Pieces of the text of one message: its item, the number of the first one's event, and what they say. */
export type ToldTexts = {
  readonly id: string;
  readonly index: number;
  readonly number: number;
  readonly texts: readonly string[];
};

/** The state after what a read's frames say, and what they tell; null where the machine must read them. */
export type TellTexts = (
  state: ResponseMachineState,
  said: readonly Said[],
) => readonly [ResponseMachineState, ToldTexts] | null;

/** More words of the message that is open, by a shorter way than that of an answer's events. */
export const textsTeller = (settings: ResponseSettings): TellTexts => {
  const made = { id: settings.id, model: settings.signedBy };
  return ([reading, state], said) => {
    const { open, sequence: number } = state;
    const read = open?.type === 'message' ? readPlainTexts(settings, reading, said) : null;
    if (open?.type !== 'message' || read === null) return null;
    const { id, index, from, logprobs } = open;
    const { texts, usage } = read;
    const to = beginStep(state, made);
    let { text } = open;
    for (const delta of texts) {
      text += delta;
      to.kept += weightOfPiece(delta);
      to.said += delta.length;
    }
    if (texts.length > 0) to.beats = 0;
    to.sequence += texts.length;
    to.open = { type: 'message', id, index, text, from, logprobs };
    to.usage = usage;
    return [[read.state, to], { id, index, number, texts }];
  };
};
