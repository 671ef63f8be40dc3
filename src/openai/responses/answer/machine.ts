import { joinMachines } from '../../../kernel/join-machines.ts';
import type { Machine } from '../../../kernel/machine.ts';
import type { AnswerEvent } from '../../../gemini/answer/answer-event.ts';
import { readAnswer, type AnswerState } from '../../../gemini/answer/read-answer.ts';
import type { Frame } from '../../../gemini/response.ts';
import { failureOf } from './failure-events.ts';
import { emitLifecycle, endResponse, openResponse } from './lifecycle.ts';
import { closeItem } from './open-items.ts';
import type { ResponseEvent } from './response-event.ts';
import type { ResponseSettings } from './response-settings.ts';
import { writeEvent } from './write-event.ts';
import { beginStep, doneItems, emit, nothingWritten, type Writing, type WriterState } from './writing.ts';

const stateOf = ({ events: _events, id: _id, model: _model, ...state }: Writing): WriterState => state;

const responseWriter = (
  settings: ResponseSettings,
): Machine<WriterState, readonly AnswerEvent[], ResponseEvent> => {
  const made = { id: settings.id, model: settings.signedBy };
  const begin = (state: WriterState): Writing => {
    const to = beginStep(state, made);
    openResponse(to, settings);
    return to;
  };
  return {
    start: nothingWritten,
    step: (state, given) => {
      const to = begin(state);
      for (const event of given) {
        if (!('candidate' in event) || event.candidate === 0) writeEvent(to, event, settings);
      }
      if (to.events.length > 0) to.beats = 0;
      return [to, to.events];
    },
    end: (state) => {
      const to = begin(state);
      endResponse(to, settings);
      return to.events;
    },
    fail: (state, error) => {
      const to = begin(state);
      closeItem(to, 'incomplete');
      const failure = failureOf(error);
      const { code, message, param, type } = failure;
      emit(to, 'error', { code, message, param, error: { type, code, message, param } });
      const response = { status: 'failed' as const, error: failure };
      emitLifecycle(to, { type: 'response.failed', response, output: doneItems(to) }, settings);
      return to.events;
    },
  };
};

/** What is known of an answer as it comes, and as it is written. */
export type ResponseMachineState = readonly [AnswerState, WriterState];

/** Gemini's frames as events of the Responses API. */
export const responseMachine = (
  settings: ResponseSettings,
): Machine<ResponseMachineState, readonly Frame[], ResponseEvent> =>
  joinMachines(readAnswer(settings), responseWriter(settings));

/** A heartbeat's events, and the state after them: the stream's opening where it has not begun, else a sign of life. */
export const responseHeartbeat = (
  [reading, state]: ResponseMachineState,
  settings: ResponseSettings,
  most: number,
): readonly [ResponseMachineState, readonly ResponseEvent[]] => {
  const to = beginStep(state, { id: settings.id, model: settings.signedBy });
  to.beats += 1;
  if (!to.isOpened) openResponse(to, settings);
  else if (to.beats % most === 0) {
    emitLifecycle(to, { type: 'response.in_progress', response: { status: 'in_progress' } }, settings);
  }
  return [[reading, stateOf(to)], to.events];
};
