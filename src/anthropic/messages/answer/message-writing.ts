import { noPlaces, type SignedPlaces } from '../../../gemini/answer/signed-places.ts';
import type { AnswerSettings } from '../../../gemini/answer/read-part.ts';
import { emptyPrint, type AnswerPrint } from '../../../gemini/conversation/answer-key.ts';
import type { UsageMetadata } from '../../../gemini/response.ts';
import type { Signature } from '../../../ports/capabilities.ts';
import type { ThoughtShow } from '../ask/message-thinking.ts';
import { markSignature, type SignedKind } from '../ask/signature-marks.ts';
import type { MessageEvent, MessageStop, OpenedBlock } from './message-event.ts';
import { noFound, type Found } from './server-blocks.ts';

/** What is known of a message's writing so far. */
export type MessageState = {
  readonly isBegun: boolean;
  /** Of the next block; the open one's is one less. */
  readonly index: number;
  readonly open: 'text' | 'thinking' | null;
  readonly usage: UsageMetadata;
  readonly found: Found;
  readonly refusal: string | null;
  readonly stop: MessageStop;
  readonly places: SignedPlaces;
  readonly print: AnswerPrint;
  /** What is to be remembered of it, once it has ended. */
  readonly signatures: readonly Signature[];
};

/** How the answer to one request is written. */
export type MessageMachineSettings = AnswerSettings & {
  readonly show: ThoughtShow;
  /** Ids of server tools are made from it. */
  readonly id: string;
  /** What is asked (answer-key.ts). */
  readonly question: string;
};

/** Of a message that has not begun. */
export const freshState: MessageState = {
  isBegun: false,
  index: 0,
  open: null,
  usage: {},
  found: noFound,
  refusal: null,
  stop: { reason: 'end_turn', explanation: null },
  places: noPlaces,
  print: emptyPrint,
  signatures: [],
};

/** A message under writing: the state, which grows here and leaves as a value, and the events. */
export type Writing = {
  -readonly [Name in keyof MessageState]: MessageState[Name];
} & {
  readonly settings: MessageMachineSettings;
  readonly events: MessageEvent[];
  /** Plain words of this read that are not followed yet: all pieces of a read are followed as one. */
  run: string;
};

/** What is known after a read; field by field, since it is made for every one. */
export const stateOf = (to: Writing): MessageState => ({
  isBegun: to.isBegun,
  index: to.index,
  open: to.open,
  usage: to.usage,
  found: to.found,
  refusal: to.refusal,
  stop: to.stop,
  places: to.places,
  print: to.print,
  signatures: to.signatures,
});

/** A read's writing begins with what is known. */
export const writingOf = (state: MessageState, settings: MessageMachineSettings): Writing => ({
  isBegun: state.isBegun,
  index: state.index,
  open: state.open,
  usage: state.usage,
  found: state.found,
  refusal: state.refusal,
  stop: state.stop,
  places: state.places,
  print: state.print,
  signatures: state.signatures,
  settings,
  events: [],
  run: '',
});

/** The message begins, once. */
export const beginMessage = (to: Writing): void => {
  if (to.isBegun) return;
  to.isBegun = true;
  to.events.push({ kind: 'start', usage: to.usage });
};

/** Closes the open block, if there is one. */
export const closeBlock = (to: Writing): void => {
  if (to.open === null) return;
  to.open = null;
  to.events.push({ kind: 'close', index: to.index - 1 });
};

const openBlock = (to: Writing, block: OpenedBlock): number => {
  closeBlock(to);
  const { index } = to;
  to.index += 1;
  to.events.push({ kind: 'open', index, block });
  return index;
};

/** Adds to the open block of a kind, or opens one. */
export const addText = (to: Writing, kind: 'text' | 'thinking', text: string): void => {
  if (text === '') return;
  if (to.open !== kind) {
    openBlock(to, { kind });
    to.open = kind;
  }
  to.events.push({ kind, index: to.index - 1, text });
};

/** A block that comes at once, with the JSON of its input if it has one. */
export const addBlock = (to: Writing, block: OpenedBlock, json?: string): void => {
  const index = openBlock(to, block);
  if (json !== undefined) to.events.push({ kind: 'json', index, text: json });
  to.events.push({ kind: 'close', index });
};

/** A signature ends its block: a second one would take the place of the first. */
export const addSignature = (to: Writing, kind: SignedKind, signature: string | undefined): void => {
  if (signature === undefined || !to.settings.show.isAsked) return;
  if (kind !== 'thought' || to.open !== 'thinking') {
    openBlock(to, { kind: 'thinking' });
    to.open = 'thinking';
  }
  to.events.push({ kind: 'signature', index: to.index - 1, text: markSignature(kind, signature) });
  closeBlock(to);
};
