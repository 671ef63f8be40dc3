import { appendItems, itemsOf } from '../../../kernel/chain.ts';
import type { CodeEvent, CodeResultEvent, TextEvent } from '../../../gemini/answer/answer-event.ts';
import { toLogprobs } from '../../logprobs.ts';
import { sealEnvelope, type Bond } from '../envelope.ts';
import { weightOfPiece } from './kept-weight.ts';
import type { MessagePart, UrlCitation } from './output-item.ts';
import {
  addItem,
  emit,
  emitText,
  finishItem,
  newItem,
  writeEnvelopes,
  writeSignature,
  type OpenItem,
  type Writing,
} from './writing.ts';

type Status = 'completed' | 'incomplete';

type Message = Extract<OpenItem, { readonly type: 'message' }>;
type Reasoning = Extract<OpenItem, { readonly type: 'reasoning' }>;
type Code = Extract<OpenItem, { readonly type: 'code' }>;

const place = ({ id, index }: OpenItem): { readonly item_id: string; readonly output_index: number } => ({
  item_id: id,
  output_index: index,
});

/** The citations of a message: those of the text that stands in it. */
const citationsIn = (to: Writing, { from, text }: Message): readonly UrlCitation[] =>
  itemsOf(to.citations).flatMap(({ url, title, start, end }): readonly UrlCitation[] =>
    start < from || end > from + text.length
      ? []
      : [{ type: 'url_citation', url, title, start_index: start - from, end_index: end - from }],
  );

const closeMessage = (to: Writing, message: Message, status: Status): void => {
  const at = { ...place(message), content_index: 0 };
  const { id, index, text } = message;
  const annotations = citationsIn(to, message);
  for (const [annotation_index, annotation] of annotations.entries()) {
    emit(to, 'response.output_text.annotation.added', { ...at, annotation_index, annotation });
  }
  const logprobs = itemsOf(message.logprobs);
  const part: MessagePart = { type: 'output_text', text, annotations, logprobs };
  emit(to, 'response.output_text.done', { ...at, text, logprobs });
  emit(to, 'response.content_part.done', { ...at, part });
  finishItem(to, index, { type: 'message', id, status, role: 'assistant', content: [part] });
  const { waiting } = to;
  to.waiting = null;
  if (waiting !== null) writeSignature(to, { on: 'text before' }, waiting);
};

const closeReasoning = (to: Writing, open: Reasoning, [status, encrypted]: readonly [Status, string | null]): void => {
  const at = { ...place(open), summary_index: 0 };
  const { id, index, text } = open;
  const part = { type: 'summary_text' as const, text };
  emit(to, 'response.reasoning_summary_text.done', { ...at, text });
  emit(to, 'response.reasoning_summary_part.done', { ...at, part });
  finishItem(to, index, { type: 'reasoning', id, status, summary: [part], encrypted_content: encrypted });
};

/** Code that is signed, or whose result is, goes back as Gemini gave it. */
const writeCodeParts = (to: Writing, { code, signature }: CodeEvent, result: CodeResultEvent | null): void => {
  if (signature === undefined && result?.signature === undefined) return;
  const sealed = sealEnvelope({ on: 'part', part: { executableCode: code } }, signature ?? '', to.model);
  const part = result === null ? null : { codeExecutionResult: result.result };
  const after = part === null ? '' : sealEnvelope({ on: 'part', part }, result?.signature ?? '', to.model);
  writeEnvelopes(to, sealed + after);
};

const closeCode = (to: Writing, open: Code, [status, result]: readonly [Status, CodeResultEvent | null]): void => {
  const at = place(open);
  const { id, index, event } = open;
  const { code = '' } = event.code;
  emit(to, 'response.code_interpreter_call_code.done', { ...at, code });
  emit(to, 'response.code_interpreter_call.interpreting', at);
  emit(to, 'response.code_interpreter_call.completed', at);
  const outputs = result === null ? null : [{ type: 'logs' as const, logs: result.result.output ?? '' }];
  const container = { container_id: `cntr_${to.id}` };
  finishItem(to, index, { type: 'code_interpreter_call', id, status, ...container, code, outputs });
  writeCodeParts(to, event, result);
};

/** Ends the item that is open, if any. */
export const closeItem = (to: Writing, status: Status = 'completed'): void => {
  const { open } = to;
  if (open === null) return;
  to.open = null;
  if (open.type === 'message') closeMessage(to, open, status);
  else if (open.type === 'reasoning') closeReasoning(to, open, [status, null]);
  else closeCode(to, open, [status, null]);
};

/**
 * Writes a signature right before what it stands on: at the end of the thoughts that led there where they are told,
 * else as an item of its own. Without one, what is open ends.
 */
export const writeSigned = (to: Writing, bond: Bond, signature: string | undefined): void => {
  const { open } = to;
  if (signature === undefined) {
    closeItem(to);
  } else if (open?.type === 'reasoning') {
    to.open = null;
    closeReasoning(to, open, ['completed', sealEnvelope(bond, signature, to.model)]);
  } else {
    closeItem(to);
    writeSignature(to, bond, signature);
  }
};

const openMessage = (to: Writing): Message => {
  const { id, index } = newItem(to, 'message');
  const part: MessagePart = { type: 'output_text', text: '', annotations: [], logprobs: [] };
  addItem(to, index, { type: 'message', id, status: 'in_progress', role: 'assistant', content: [] });
  emit(to, 'response.content_part.added', { item_id: id, output_index: index, content_index: 0, part });
  return { type: 'message', id, index, text: '', from: to.said, logprobs: null };
};

/** Adds words to the message that is open, or to a new one. */
export const writeWords = (to: Writing, { text, isOwn, logprobs: given }: TextEvent): void => {
  if (to.open?.type !== 'message') closeItem(to);
  const message = to.open?.type === 'message' ? to.open : openMessage(to);
  const logprobs = given === undefined ? [] : (toLogprobs(given)?.content ?? []);
  emitText(to, message, { delta: text, logprobs });
  to.open = {
    type: 'message',
    id: message.id,
    index: message.index,
    text: message.text + text,
    from: message.from,
    logprobs: appendItems(message.logprobs, logprobs),
  };
  to.kept += weightOfPiece(text, logprobs);
  if (isOwn) to.said += text.length;
};

/** Adds words that are none of the model's. */
export const writeOwnWords = (to: Writing, text: string): void =>
  writeWords(to, { kind: 'text', candidate: 0, text, signature: undefined, isOwn: false, logprobs: undefined });

const openReasoning = (to: Writing): Reasoning => {
  closeItem(to);
  const { id, index } = newItem(to, 'reasoning');
  const part = { type: 'summary_text', text: '' };
  addItem(to, index, { type: 'reasoning', id, status: 'in_progress', summary: [], encrypted_content: '' });
  emit(to, 'response.reasoning_summary_part.added', { item_id: id, output_index: index, summary_index: 0, part });
  return { type: 'reasoning', id, index, text: '' };
};

/** Adds a piece of thought to the summary that is open, or to a new one. */
export const writeThought = (to: Writing, delta: string): void => {
  const open = to.open?.type === 'reasoning' ? to.open : openReasoning(to);
  emit(to, 'response.reasoning_summary_text.delta', { ...place(open), summary_index: 0, delta });
  to.open = { type: 'reasoning', id: open.id, index: open.index, text: open.text + delta };
  to.kept += weightOfPiece(delta);
};

/** Begins code that Gemini runs. */
export const writeCode = (to: Writing, event: CodeEvent): void => {
  closeItem(to);
  const { id, index } = newItem(to, 'code_interpreter_call');
  const at = { item_id: id, output_index: index };
  const container = { container_id: `cntr_${to.id}` };
  const item = { type: 'code_interpreter_call' as const, id, status: 'in_progress' as const };
  addItem(to, index, { ...item, ...container, code: '', outputs: null });
  emit(to, 'response.code_interpreter_call.in_progress', at);
  emit(to, 'response.code_interpreter_call_code.delta', { ...at, delta: event.code.code ?? '' });
  to.open = { type: 'code', id, index, event };
  to.kept += weightOfPiece(event.code.code ?? '');
};

/** Ends it with what it printed. */
export const writeCodeResult = (to: Writing, event: CodeResultEvent): void => {
  const { candidate, isThought } = event;
  if (to.open?.type !== 'code') writeCode(to, { kind: 'code', candidate, code: {}, isThought, signature: undefined });
  const { open } = to;
  to.open = null;
  if (open?.type === 'code') closeCode(to, open, ['completed', event]);
};

/** A whole message that is no answer: a refusal, or its words where a client passes over refusals. */
export const writeRefusal = (to: Writing, words: string, isShownAsText: boolean): void => {
  closeItem(to);
  if (isShownAsText) {
    writeOwnWords(to, words);
    closeItem(to);
    return;
  }
  const { id, index } = newItem(to, 'message');
  const at = { item_id: id, output_index: index, content_index: 0 };
  addItem(to, index, { type: 'message', id, status: 'in_progress', role: 'assistant', content: [] });
  emit(to, 'response.content_part.added', { ...at, part: { type: 'refusal', refusal: '' } });
  emit(to, 'response.refusal.delta', { ...at, delta: words });
  emit(to, 'response.refusal.done', { ...at, refusal: words });
  const part: MessagePart = { type: 'refusal', refusal: words };
  emit(to, 'response.content_part.done', { ...at, part });
  finishItem(to, index, { type: 'message', id, status: 'completed', role: 'assistant', content: [part] });
};
