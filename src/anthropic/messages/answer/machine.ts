import { joinMachines } from '../../../kernel/join-machines.ts';
import type { Machine } from '../../../kernel/machine.ts';
import { textOf } from '../../../kernel/unread-text.ts';
import type {
  AnswerEvent,
  CallEvent,
  CodeEvent,
  CodeResultEvent,
  EndEvent,
  PictureEvent,
  ThoughtEvent,
} from '../../../gemini/answer/answer-event.ts';
import { fileWords } from '../../../gemini/answer/file-words.ts';
import { readAnswer, type AnswerState } from '../../../gemini/answer/read-answer.ts';
import { followPlaces, withContent } from '../../../gemini/answer/signed-places.ts';
import { withCall, withWords } from '../../../gemini/conversation/answer-key.ts';
import type { Frame } from '../../../gemini/response.ts';
import { signaturesOf } from '../../../wire/remembered-answer.ts';
import { toToolUseId } from '../tool-ids.ts';
import { codeBlock, codeResultBlock, searchBlocks, withFound } from './server-blocks.ts';
import type { MessageEvent, MessageFailure } from './message-event.ts';
import {
  addBlock,
  addSignature,
  addText,
  beginMessage,
  closeBlock,
  freshState,
  stateOf,
  writingOf,
  type MessageMachineSettings,
  type MessageState,
  type Writing,
} from './message-writing.ts';
import { messageStop } from './stop-reason.ts';

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
  isDraft ? '' : `![](${textOf(url ?? `data:${mimeType};base64,${textOf(data)}`)})`;

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
      beginMessage(to);
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
  if (event.kind === 'sound' || event.kind === 'file') return fileWords(event);
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
