import { jsonText } from '../../../kernel/well-formed.ts';
import { anthropicErrors } from '../../anthropic-errors.ts';
import type { MessageEvent, MessageFailure, MessageStop, OpenedBlock } from './message-event.ts';
import type { MessageState } from './message-writing.ts';
import { firstUsage, finalUsage } from './usage.ts';

/** What every event of one stream tells of it. */
export type MessageHead = {
  readonly id: string;
  readonly requestId: string;
  /** As the client named it. */
  readonly model: string;
};

const direct = { type: 'direct' };

/** What a message says of itself beside its content and its end. */
export const messageHead = ({ id, model }: MessageHead): object => ({ id, type: 'message', role: 'assistant', model });

/** How a message ended, in Anthropic's fields. */
export const stopFields = ({ reason, explanation }: MessageStop): object => ({
  stop_reason: reason,
  stop_sequence: null,
  stop_details: reason === 'refusal' ? { type: 'refusal', category: null, explanation } : null,
  container: null,
});

/** A block as it begins, still empty. No citations are an empty list: @ai-sdk/anthropic takes no null there. */
export const openedBlock = (block: OpenedBlock): object => {
  switch (block.kind) {
    case 'text':
      return { type: 'text', text: '', citations: [] };
    case 'thinking':
      return { type: 'thinking', thinking: '', signature: '' };
    case 'call':
      return { type: 'tool_use', id: block.id, name: block.name, input: {}, caller: direct };
    case 'server tool':
      return { type: 'server_tool_use', id: block.id, name: block.name, input: {}, caller: direct };
    case 'server result':
      return block.value;
  }
};

/** Clients see nothing of an event without its name. */
const event = (type: string, fields: string): string => `event: ${type}\ndata: {"type":"${type}"${fields}}\n\n`;

const ping = event('ping', '');

const start = (head: MessageHead, usage: object): string => {
  const message = {
    ...messageHead(head),
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    container: null,
    diagnostics: null,
    usage,
  };
  return event('message_start', `,"message":${jsonText(message)}`) + ping;
};

const delta = (index: number, type: string, fields: string): string =>
  `event: content_block_delta\ndata: {"type":"content_block_delta","index":${index},"delta":{"type":"${type}",${fields}}}\n\n`;

const end = ({ stop, usage, searches }: Extract<MessageEvent, { readonly kind: 'end' }>): string =>
  event('message_delta', `,"delta":${jsonText(stopFields(stop))},"usage":${jsonText(finalUsage(usage, searches))}`) +
  event('message_stop', '');

const textOf = (made: MessageEvent | MessageFailure, head: MessageHead): string => {
  switch (made.kind) {
    case 'text':
      return delta(made.index, 'text_delta', `"text":${jsonText(made.text)}`);
    case 'thinking':
      return delta(made.index, 'thinking_delta', `"thinking":${jsonText(made.text)}`);
    case 'signature':
      return delta(made.index, 'signature_delta', `"signature":${jsonText(made.text)}`);
    case 'json':
      return delta(made.index, 'input_json_delta', `"partial_json":${jsonText(made.text)}`);
    case 'open':
      return event(
        'content_block_start',
        `,"index":${made.index},"content_block":${jsonText(openedBlock(made.block))}`,
      );
    case 'close':
      return event('content_block_stop', `,"index":${made.index}`);
    case 'start':
      return start(head, firstUsage(made.usage));
    case 'end':
      return end(made);
    case 'error':
      return anthropicErrors(head.requestId).inStream(made.error);
  }
};

/** The events of a stream as text. */
export const messageFrames =
  (head: MessageHead) =>
  (events: readonly (MessageEvent | MessageFailure)[]): string => {
    let text = '';
    for (const made of events) text += textOf(made, head);
    return text;
  };

/** Clients that don't count pings count an empty piece of the open block. */
const emptyPiece = ({ open, index }: MessageState): string => {
  if (open === null) return '';
  return delta(index - 1, `${open}_delta`, `"${open}":""`);
};

/** What is written when nothing has gone out for a while: the message begins by it, if it has not begun. */
export const messageHeartbeat =
  (head: MessageHead) =>
  (state: MessageState): readonly [MessageState, string] =>
    state.isBegun
      ? [state, ping + emptyPiece(state)]
      : [{ ...state, isBegun: true }, start(head, firstUsage(state.usage))];
