import { readPlainTexts } from '../../../gemini/answer/read-answer.ts';
import type { AnswerSettings } from '../../../gemini/answer/read-part.ts';
import type { Said } from '../../../gemini/plain-text.ts';
import { countSaid, type ChatMachineState, type ChatState } from './machine.ts';
import { longestDelta } from './picture-pieces.ts';

/** So many characters of one choice are counted in one go, and held until then: each go costs 2 µs. */
const mostSaid = 8192;

/** The state after what a read's frames say, and the chunks that they make; null where the machine must read them. */
export type WriteTexts = (
  state: ChatMachineState,
  said: readonly Said[],
) => readonly [ChatMachineState, string] | null;

/** Texts alone, by a shorter way than that of their events; `writeText` makes the chunk of one. */
export const textsWriter = (
  settings: AnswerSettings,
  writeText: (index: number, text: string) => string,
): WriteTexts =>
  ([answer, chat], told) => {
    const read = readPlainTexts(settings, answer, told);
    if (read === null) return null;
    let { said } = chat;
    let chunks = '';
    for (const text of read.texts) {
      if (text.length > longestDelta) return null;
      said += text;
      chunks += writeText(0, text);
    }
    const { choices, signatures } = chat;
    const next: ChatState = { choices, said, usage: read.usage, signatures };
    return [[read.state, said.length > mostSaid ? countSaid(next) : next], chunks];
  };
