import { appendItems } from '../../../kernel/chain.ts';
import type {
  AnswerEvent,
  CodeEvent,
  CodeResultEvent,
  ServerToolEvent,
  TextEvent,
  ThoughtEvent,
} from '../../../gemini/answer/answer-event.ts';
import { fileWords } from '../../../gemini/answer/file-words.ts';
import { fenceText } from '../../code-fence.ts';
import {
  closeItem,
  writeCode,
  writeCodeResult,
  writeRefusal,
  writeOwnWords,
  writeSigned,
  writeThought,
  writeWords,
} from './open-items.ts';
import { weightOfNote } from './kept-weight.ts';
import type { ResponseSettings } from './response-settings.ts';
import { writeCall, writePicture } from './whole-items.ts';
import { writeSignature, type Writing } from './writing.ts';

/** A signature ends the text that it stands on; one without words goes back as it came. */
const writeText = (to: Writing, event: TextEvent, { citesSources }: ResponseSettings): void => {
  const { text, signature, logprobs } = event;
  if (text === '' && signature === undefined && logprobs === undefined) return;
  if (signature === undefined) return writeWords(to, event);
  if (citesSources) {
    if (text === '' && to.open?.type !== 'message') return writeSigned(to, { on: 'empty text' }, signature);
    if (text !== '') writeWords(to, event);
    to.waiting = signature;
    return;
  }
  if (text === '') {
    const isBehind = to.open?.type === 'message';
    closeItem(to);
    return writeSignature(to, { on: isBehind ? 'text before' : 'empty text' }, signature);
  }
  if (to.open?.type === 'message') {
    writeWords(to, event);
    closeItem(to);
    return writeSignature(to, { on: 'text before' }, signature);
  }
  writeSigned(to, { on: 'next text' }, signature);
  writeWords(to, event);
  closeItem(to);
};

const writeThoughtEvent = (to: Writing, { text, signature }: ThoughtEvent, tells: boolean): void => {
  if (tells && text !== '') writeThought(to, text);
  if (signature !== undefined) writeSigned(to, { on: 'thought' }, signature);
};

/** Takes down what is told later. */
const noteEvent = (to: Writing, event: AnswerEvent): void => {
  switch (event.kind) {
    case 'usage':
      to.usage = event.usage;
      return;
    case 'search':
      to.queries = appendItems(to.queries, event.queries);
      to.kept += weightOfNote(...event.queries);
      return;
    case 'source':
      to.sources = appendItems(to.sources, [event]);
      to.kept += weightOfNote(event.url, event.title);
      return;
    case 'citation':
      to.citations = appendItems(to.citations, [event]);
      to.kept += weightOfNote(event.url, event.title);
      return;
    case 'end':
      to.end = event;
      return;
    default:
  }
};

/** Code in a thought is a part of what was thought. */
const writeThoughtCode = (
  to: Writing,
  event: CodeEvent | CodeResultEvent,
  { tellsThoughts }: ResponseSettings,
): void => {
  if (!tellsThoughts) return;
  if (event.kind === 'code result') writeThought(to, fenceText('', event.result.output ?? ''));
  else writeThought(to, fenceText((event.code.language ?? 'python').toLowerCase(), event.code.code ?? ''));
};

const writeToolPart = (to: Writing, { part: given }: ServerToolEvent): void => {
  const { thoughtSignature = '', ...part } = given;
  writeSigned(to, { on: 'part', part }, thoughtSignature);
};

/** Writes an event of the one answer that is told. */
export const writeEvent = (to: Writing, event: AnswerEvent, settings: ResponseSettings): void => {
  switch (event.kind) {
    case 'text':
      return writeText(to, event, settings);
    case 'thought':
      return writeThoughtEvent(to, event, settings.tellsThoughts);
    case 'call':
      writeSigned(to, { on: 'call', callId: event.id.slice(0, 64) }, event.signature);
      return writeCall(to, event, settings.kinds);
    case 'picture':
      if (event.isDraft) return;
      writeSigned(to, { on: 'picture' }, event.signature);
      return writePicture(to, event);
    case 'code':
      return event.isThought ? writeThoughtCode(to, event, settings) : writeCode(to, event);
    case 'code result':
      return event.isThought ? writeThoughtCode(to, event, settings) : writeCodeResult(to, event);
    case 'sound':
    case 'file':
      return writeOwnWords(to, fileWords(event));
    case 'server tool':
      return settings.keepsServerTools ? writeToolPart(to, event) : undefined;
    case 'logprobs':
      return writeWords(to, { ...event, text: '', signature: undefined, isOwn: true, kind: 'text' });
    case 'refusal':
      to.isRefused = true;
      return writeRefusal(to, event.words, settings.refusesInWords);
    default:
      noteEvent(to, event);
  }
};
