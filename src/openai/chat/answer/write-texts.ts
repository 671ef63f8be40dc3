import { onlySaysTexts, usageKnown, withUsage } from '../../../gemini/answer/read-answer.ts';
import type { AnswerSettings } from '../../../gemini/answer/read-part.ts';
import { tellUsage, usageSoFar, type UsageSoFar } from '../../../gemini/usage.ts';
import type { AnswerForm, TextRun } from '../../../ports/answer-writer.ts';
import type { WriteEvent } from '../../../wire/event-template.ts';
import type { ChatEvent, ChatFailure } from './chunk.ts';
import { countSaid, mostSaid, type ChatMachineState } from './machine.ts';
import { longestDelta } from './picture-pieces.ts';

type Form = AnswerForm<ChatMachineState, ChatEvent, ChatFailure>;

/** Texts alone, by a shorter way than that of their events; `writer` gives what writes those of a choice. */
const textRunner =
  (settings: AnswerSettings, writer: (index: number) => WriteEvent) =>
  ([answer, chat]: ChatMachineState): TextRun<ChatMachineState> | null => {
    if (!onlySaysTexts(settings, answer)) return null;
    const run = { chat, said: chat.said };
    const soFar: UsageSoFar = { known: usageKnown(answer), told: null };
    const write = writer(0);
    const count = (): void => {
      run.chat = countSaid({ ...run.chat, said: run.said }, settings);
      run.said = '';
    };
    return {
      say: ({ text, json, usage }) => {
        if (text.length > longestDelta || (json === null && !text.isWellFormed())) return null;
        run.said += text;
        tellUsage(soFar, usage);
        if (run.said.length > mostSaid) count();
        return write(text, json);
      },
      state: () => {
        const { choices, signatures } = run.chat;
        const usage = usageSoFar(soFar);
        return [withUsage(answer, usage), { choices, said: run.said, usage, signatures }];
      },
    };
  };

/** The shorter ways of chat's texts: one by one, and those of one read together. */
export const textsWriter = (
  settings: AnswerSettings,
  writer: (index: number) => WriteEvent,
): Required<Pick<Form, 'run' | 'texts'>> => {
  const begin = textRunner(settings, writer);
  return {
    run: begin,
    texts: (state, told) => {
      const run = begin(state);
      if (run === null) return null;
      const chunks: string[] = [];
      for (const said of told) {
        const chunk = run.say(said);
        if (chunk === null) return null;
        chunks.push(chunk);
      }
      return [run.state(), chunks];
    },
  };
};
