import { E } from '../../../kernel/fp.ts';
import type { ProxyError } from '../../../kernel/proxy-error.ts';
import { isUnread, type LongText } from '../../../kernel/unread-text.ts';
import { jsonText, wellFormedJson } from '../../../kernel/well-formed.ts';
import { asSent, unreadPiece, type WrittenText } from '../../../kernel/written-text.ts';
import { jsonWhole, type Whole } from '../../../ports/reply.ts';
import type { MessageEvent, OpenedBlock } from './message-event.ts';
import { messageHead, openedBlock, stopFields, type MessageHead } from './message-stream.ts';
import { messageUsage } from './usage.ts';

/** A block and what its pieces add up to. */
type Collected = { readonly block: OpenedBlock; text: string; signature: string; json: string };

/** An input stands as Gemini wrote it, with its numbers and their order. */
const withInput = (block: OpenedBlock, json: string): string =>
  jsonText(openedBlock(block)).replace('"input":{}', () => `"input":${json === '' ? '{}' : wellFormedJson(json)}`);

/** A block of text, as JSON, as those of events are written. */
export const textBlock = (text: LongText): WrittenText =>
  isUnread(text)
    ? ['{"type":"text","text":"', unreadPiece(text), '","citations":[]}']
    : [jsonText({ type: 'text', text, citations: [] })];

const blockText = ({ block, text, signature, json }: Collected): string => {
  switch (block.kind) {
    case 'text':
      return jsonText({ type: 'text', text, citations: [] });
    case 'thinking':
      return jsonText({ type: 'thinking', thinking: text, signature });
    case 'call':
    case 'server tool':
      return withInput(block, json);
    case 'server result':
      return jsonText(openedBlock(block));
  }
};

const addPiece = (into: Collected, kind: 'text' | 'thinking' | 'signature' | 'json', piece: string): void => {
  if (kind === 'signature') into.signature = piece;
  else if (kind === 'json') into.json += piece;
  else into.text += piece;
};

const noEnd: ProxyError = { tag: 'StreamCut' };

/** How a message ended, and what it took. */
export type MessageEnd = Pick<Extract<MessageEvent, { readonly kind: 'end' }>, 'stop' | 'usage' | 'searches'>;

/** The message of these blocks, which are JSON with commas in between. */
export const messageOf = (
  head: MessageHead,
  blocks: WrittenText,
  { stop, usage, searches }: MessageEnd,
): Whole => {
  const before = jsonText(messageHead(head)).slice(0, -1);
  const after = jsonText({ ...stopFields(stop), diagnostics: null, usage: messageUsage(usage, searches) }).slice(1);
  return jsonWhole(asSent([`${before},"content":[`, ...blocks, `],${after}`]));
};

/** A whole message: the events of its stream, collected. */
export const wholeMessage =
  (head: MessageHead) =>
  (events: readonly MessageEvent[]): E.Either<ProxyError, Whole> => {
    const blocks: Collected[] = [];
    let ended: Extract<MessageEvent, { readonly kind: 'end' }> | undefined;
    for (const event of events) {
      const last = blocks.at(-1);
      if (event.kind === 'open') blocks.push({ block: event.block, text: '', signature: '', json: '' });
      else if ('text' in event && last !== undefined) addPiece(last, event.kind, event.text);
      else if (event.kind === 'end') ended = event;
    }
    return ended === undefined ? E.left(noEnd) : E.right(messageOf(head, [blocks.map(blockText).join(',')], ended));
  };
