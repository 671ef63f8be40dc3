import { joinMachines } from '../../../kernel/join-machines.ts';
import type { Machine } from '../../../kernel/machine.ts';
import type {
  AnswerEvent,
  CallEvent,
  CodeEvent,
  CodeResultEvent,
  PictureEvent,
  ThoughtEvent,
} from '../../../gemini/answer/answer-event.ts';
import { readAnswer, type AnswerState } from '../../../gemini/answer/read-answer.ts';
import type { AnswerSettings } from '../../../gemini/answer/read-part.ts';
import type { Frame, UsageMetadata } from '../../../gemini/response.ts';
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
};

/** How the answer to one request is written. */
export type MessageMachineSettings = AnswerSettings & {
  readonly show: ThoughtShow;
  /** Ids of server tools are made from it. */
  readonly id: string;
};

const freshState: MessageState = {
  isBegun: false,
  index: 0,
  open: null,
  usage: {},
  found: noFound,
  refusal: null,
  stop: { reason: 'end_turn', explanation: null },
};

/** A message under writing: the state, which grows here and leaves as a value, and the events. */
type Writing = {
  -readonly [Name in keyof MessageState]: MessageState[Name];
} & { readonly settings: MessageMachineSettings; readonly events: MessageEvent[] };

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
};

const addPicture = (to: Writing, { isDraft, url, mimeType, data }: PictureEvent): void => {
  if (!isDraft) addText(to, 'text', `![](${url ?? `data:${mimeType};base64,${data}`})`);
};

const addEnd = (to: Writing): void => {
  closeBlock(to);
  for (const { block, json } of searchBlocks(to.found, to.settings.id)) addBlock(to, block, json);
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
    case 'usage':
      to.usage = event.usage;
      return;
    case 'begin':
      begin(to);
      return;
    case 'text':
      addText(to, 'text', event.text);
      addSignature(to, 'text', event.signature);
      return;
    case 'thought':
      addThought(to, event);
      return;
    case 'call':
      addCall(to, event);
      return;
    case 'picture':
      addPicture(to, event);
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
      addEnd(to);
      to.stop = messageStop(event, to.refusal);
      return;
    default:
      return;
  }
};

/** A message holds one answer. */
const isOfFirst = (event: AnswerEvent): boolean => event.kind === 'usage' || event.candidate === 0;

const stateOf = ({ isBegun, index, open, usage, found, refusal, stop }: Writing): MessageState => ({
  isBegun,
  index,
  open,
  usage,
  found,
  refusal,
  stop,
});

/** Events of an answer as Anthropic's blocks. */
const messageWriter = (
  settings: MessageMachineSettings,
): Machine<MessageState, readonly AnswerEvent[], MessageEvent, MessageFailure> => ({
  start: freshState,
  step: (state, given) => {
    const to: Writing = { ...state, settings, events: [] };
    for (const event of given) if (isOfFirst(event)) writeEvent(to, event);
    return [stateOf(to), to.events];
  },
  end: ({ isBegun, stop, usage, found }) => {
    const end: MessageEvent = { kind: 'end', stop, usage, searches: found.queries.length };
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
