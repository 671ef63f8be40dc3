import { readPlainTexts } from '../../../gemini/answer/read-answer.ts';
import type { Frame } from '../../../gemini/response.ts';
import { weightOfPiece } from './kept-weight.ts';
import type { ResponseMachineState } from './machine.ts';
import type { ResponseEvent } from './response-event.ts';
import type { ResponseSettings } from './response-settings.ts';
import { beginStep, emitText } from './writing.ts';

/** The state after a read's frames, and the events that they make; null where the machine must read them. */
export type TellTexts = (
  state: ResponseMachineState,
  frames: readonly Frame[],
) => readonly [ResponseMachineState, readonly ResponseEvent[]] | null;

/** More words of the message that is open, by a shorter way than that of an answer's events. */
export const textsTeller = (settings: ResponseSettings): TellTexts => {
  const readTexts = readPlainTexts(settings);
  const made = { id: settings.id, model: settings.signedBy };
  return ([reading, state], frames) => {
    const { open } = state;
    const read = open?.type === 'message' ? readTexts(reading, frames) : null;
    if (open?.type !== 'message' || read === null) return null;
    const to = beginStep(state, made);
    let { text } = open;
    for (const delta of read.texts) {
      emitText(to, open, { delta, logprobs: [] });
      text += delta;
      to.kept += weightOfPiece(delta);
      to.said += delta.length;
    }
    if (to.events.length > 0) to.beats = 0;
    to.open = { type: 'message', id: open.id, index: open.index, text, from: open.from, logprobs: open.logprobs };
    to.usage = read.usage;
    return [[read.state, to], to.events];
  };
};
