import type { AnswerSettings } from '../../../gemini/answer/read-part.ts';
import type { ToolKinds } from '../ask/tool-kinds.ts';
import type { SearchTelling } from './whole-items.ts';

/** How the answer to one request is written. */
export type ResponseSettings = AnswerSettings & {
  /** The part of all ids that tells this response from others. */
  readonly id: string;
  /** Seconds since the epoch. */
  readonly created: number;
  /** Asked once, when the answer ends; seconds since the epoch. */
  readonly completed: () => number;
  /** The model as the client named it, and Google's id of it. */
  readonly model: string;
  readonly signedBy: string;
  readonly kinds: ToolKinds;
  readonly tellsThoughts: boolean;
  /** Google's own tools stand beside functions: their calls come back with the history. */
  readonly keepsServerTools: boolean;
  readonly search: SearchTelling;
  /** What was asked of the tier; at the end the one that served is told. */
  readonly tier: string;
  /** The client passes over refusals, and asks all again after a filtered answer: it is shown words. */
  readonly refusesInWords: boolean;
};
