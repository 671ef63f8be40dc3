import { joinMachines } from '../../../kernel/join-machines.ts';
import type { Machine } from '../../../kernel/machine.ts';
import type {
  AnswerEvent,
  CallEvent,
  CodeEvent,
  CodeResultEvent,
  EndEvent,
  PictureEvent,
  ThoughtEvent,
} from '../../../gemini/answer/answer-event.ts';
import { readAnswer, type AnswerState } from '../../../gemini/answer/read-answer.ts';
import type { AnswerSettings } from '../../../gemini/answer/read-part.ts';
import { followPlaces, noPlaces, withContent, type SignedPlaces } from '../../../gemini/answer/signed-places.ts';
import { emptyPrint, withCall, withWords, type AnswerPrint } from '../../../gemini/conversation/answer-key.ts';
import type { Frame, UsageMetadata } from '../../../gemini/response.ts';
import type { Signature } from '../../../ports/capabilities.ts';
import { signaturesOf } from '../../../wire/remembered-answer.ts';
import { markSignature, type SignedKind } from '../ask/signature-marks.ts';
import type { ThoughtShow } from '../ask/message-thinking.ts';
import { toToolUseId } from '../tool-ids.ts';
import { codeBlock, codeResultBlock, noFound, searchBlocks, withFound, type Found } from './server-blocks.ts';
import type { MessageEvent, MessageFailure, MessageStop, OpenedBlock } from './message-event.ts';
import { messageStop } from './stop-reason.ts';

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

const freshState: MessageState = {
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
type Writing = {
  -readonly [Name in keyof MessageState]: MessageState[Name];
} & {
  readonly settings: MessageMachineSettings;
  readonly events: MessageEvent[];
  /** Plain words of this read that are not followed yet: all pieces of a read are followed as one. */
  run: string;
};

const begin = (to: Writing): void => {
  if (to.isBegun) return;
  to.isBegun = true;
  to.events.push({ kind: 'start', usage: to.usage });
};

const closeBlock = (to: Writing): void => {
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
const addText = (to: Writing, kind: 'text' | 'thinking', text: string): void => {
  if (text === '') return;
  if (to.open !== kind) {
    openBlock(to, { kind });
    to.open = kind;
  }
  to.events.push({ kind, index: to.index - 1, text });
};

/** A block that comes at once, with the JSON of its input if it has one. */
const addBlock = (to: Writing, block: OpenedBlock, json?: string): void => {
  const index = openBlock(to, block);
  if (json !== undefined) to.events.push({ kind: 'json', index, text: json });
  to.events.push({ kind: 'close', index });
};

/** A signature ends its block: a second one would take the place of the first. */
const addSignature = (to: Writing, kind: SignedKind, signature: string | undefined): void => {
  if (signature === undefined || !to.settings.show.isAsked) return;
  if (kind !== 'thought' || to.open !== 'thinking') {
    openBlock(to, { kind: 'thinking' });
    to.open = 'thinking';
  }
  to.events.push({ kind: 'signature', index: to.index - 1, text: markSignature(kind, signature) });
  closeBlock(to);
};

const addThought = (to: Writing, { text, signature }: ThoughtEvent): void => {
  if (to.settings.show.showsWords) addText(to, 'thinking', text);
  addSignature(to, 'thought', signature);
};

/** The call's own signature stands right before it. */
const addCall = (to: Writing, { id, name, text, signature }: CallEvent): void => {
  closeBlock(to);
  addSignature(to, 'call', signature);
  addBlock(to, { kind: 'call', id: toToolUseId(id), name }, text);
  to.print = { ...to.print, called: withCall(to.print.called, name, text) };
};

const pictureText = ({ isDraft, url, mimeType, data }: PictureEvent): string =>
  isDraft ? '' : `![](${url ?? `data:${mimeType};base64,${data}`})`;

const addEnd = (to: Writing, end: EndEvent): void => {
  closeBlock(to);
  for (const { block, json } of searchBlocks(to.found, to.settings.id)) addBlock(to, block, json);
  to.stop = messageStop(end, to.refusal);
  to.signatures = signaturesOf(to, to.settings.question, end.keyId);
};

const serverId = (to: Writing, index: number): string => `srvtoolu_${to.settings.id}${index}`;

/** A result stands right behind its code. */
const addCode = (to: Writing, event: CodeEvent | CodeResultEvent): void => {
  if (event.isThought) return;
  if (event.kind === 'code') addBlock(to, ...codeBlock(event, serverId(to, to.index)));
  else addBlock(to, codeResultBlock(event, serverId(to, to.index - 1)));
};

const writeEvent = (to: Writing, event: AnswerEvent): void => {
  switch (event.kind) {
    case 'begin':
      begin(to);
      return;
    case 'text':
      addSignature(to, 'text', event.signature);
      return;
    case 'thought':
      addThought(to, event);
      return;
    case 'call':
      addCall(to, event);
      return;
    case 'code':
    case 'code result':
      addCode(to, event);
      return;
    case 'search':
    case 'source':
      to.found = withFound(to.found, event);
      return;
    case 'refusal':
      to.refusal = event.words;
      return;
    case 'end':
      addEnd(to, event);
      return;
    default:
      return;
  }
};

/** Words of the answer, by which it is known again, and what signs them. */
const followWords = (to: Writing, event: AnswerEvent, words: string): void => {
  to.places = withContent(followPlaces(to.places, event, words.length), words);
  if (words !== '') to.print = withWords(to.print, words);
};

const endRun = (to: Writing): void => {
  const { run: text } = to;
  if (text === '') return;
  to.run = '';
  followWords(to, { kind: 'text', candidate: 0, text, signature: undefined, isOwn: true, logprobs: undefined }, text);
};

/** Code and Google's tools stand in blocks of their own. */
const wordsOf = (event: AnswerEvent): string => {
  if (event.kind === 'text') return event.text;
  return event.kind === 'picture' ? pictureText(event) : '';
};

const addEvent = (to: Writing, event: AnswerEvent): void => {
  if (event.kind === 'text' && event.isOwn && event.signature === undefined) {
    addText(to, 'text', event.text);
    to.run += event.text;
    return;
  }
  endRun(to);
  const words = wordsOf(event);
  addText(to, 'text', words);
  writeEvent(to, event);
  followWords(to, event, words);
};

/** Field by field: it is made for every read. */
const stateOf = (to: Writing): MessageState => ({
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

const writingOf = (state: MessageState, settings: MessageMachineSettings): Writing => ({
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

/** Events of an answer as Anthropic's blocks. A message holds one answer. */
const messageWriter = (
  settings: MessageMachineSettings,
): Machine<MessageState, readonly AnswerEvent[], MessageEvent, MessageFailure> => ({
  start: freshState,
  step: (state, given) => {
    const to = writingOf(state, settings);
    for (const event of given) {
      if (event.kind === 'usage') to.usage = event.usage;
      else if (event.candidate === 0) addEvent(to, event);
    }
    endRun(to);
    return [stateOf(to), to.events];
  },
  end: ({ isBegun, stop, usage, found, signatures }) => {
    const end: MessageEvent = { kind: 'end', stop, usage, searches: found.queries.length, signatures };
    return isBegun ? [end] : [{ kind: 'start', usage }, end];
  },
  fail: (_state, error) => [{ kind: 'error', error }],
});

/** What is known of an answer as it comes, and as it is written. */
export type MessageMachineState = readonly [AnswerState, MessageState];

/** Gemini's frames as Anthropic's blocks. */
export const messageMachine = (
  settings: MessageMachineSettings,
): Machine<MessageMachineState, readonly Frame[], MessageEvent, MessageFailure> =>
  joinMachines(readAnswer(settings), messageWriter(settings));
