import { bytesBehind } from './bytes-behind.ts';
import { E } from '../../src/kernel/fp.ts';
import type { ProxyError } from '../../src/kernel/proxy-error.ts';
import { messagesDialect } from '../../src/anthropic/messages/dialect.ts';
import type { MessagesSettings } from '../../src/anthropic/messages/ask/to-gemini.ts';
import type { GeminiCall, GenerateContentRequest } from '../../src/gemini/request.ts';
import type { Frame } from '../../src/gemini/response.ts';
import type { Signature } from '../../src/ports/capabilities.ts';
import type { Plan } from '../../src/ports/dialect.ts';
import { contextWith, plain } from './chat.ts';

/** The usual settings. */
export const settings: MessagesSettings = { systemPromptMode: 'leading', historyImages: 'last', imageReplyFormat: 'markdown', modelAliases: new Map() };

/** A request with a model, a length and a question where it names none. */
export const message = (request: object): object => ({ model: 'gemini-3.5-flash', max_tokens: 4096, messages: [{ role: 'user', content: 'hi' }], ...request });

/** What a request comes to: a plan, or why not. */
export const planned = (request: object, recalled: readonly Signature[] = [], over: Partial<MessagesSettings> = {}): E.Either<ProxyError, Plan> => {
  const dialect = messagesDialect({ ...settings, ...over });
  const json = JSON.stringify(message(request));
  const read = dialect.decode(JSON.parse(json), () => json);
  return E.isLeft(read) ? read : dialect.translate(read.right, contextWith(recalled));
};

/** The call for a request that must be translatable. */
export const call = (request: object, recalled: readonly Signature[] = [], over: Partial<MessagesSettings> = {}): GeminiCall => {
  const read = planned(request, recalled, over);
  if (E.isLeft(read)) throw new Error(JSON.stringify(read.left));
  return read.right.call;
};

/** The body sent for a request, as it goes over the wire. */
export const body = (request: object, recalled: readonly Signature[] = []): GenerateContentRequest => plain(call(request, recalled).body);

/** The field that a refused request is refused for. */
export const refusedFor = (request: object): string | null => {
  const read = planned(request);
  if (E.isRight(read)) throw new Error('was not refused');
  if (read.left.tag !== 'InvalidRequest') throw new Error(read.left.tag);
  return read.left.param;
};

export type Block = Readonly<Record<string, unknown>> & { readonly type: string };

export type Message = {
  readonly id: string;
  readonly model: string;
  readonly content: readonly Block[];
  readonly stop_reason: string;
  readonly stop_details: unknown;
  readonly usage: Readonly<Record<string, unknown>>;
};

const planOf = (request: object): Plan => {
  const read = planned(request);
  if (E.isLeft(read)) throw new Error(JSON.stringify(read.left));
  return read.right;
};

/** The whole message that these frames make. */
export const answer = (request: object, frames: readonly Frame[]): Message => {
  const writer = planOf(request).answer.whole();
  writer.add(frames);
  const end = writer.end();
  if (E.isLeft(end)) throw new Error(end.left.tag);
  return JSON.parse(String(end.right.value.body)) as Message;
};

/** One event of a stream, its name beside its data. */
export type StreamEvent = { readonly name: string; readonly data: Readonly<Record<string, unknown>> & { readonly type: string; readonly index?: number } };

/** The events in a stream's text; comments are left out. */
export const eventsIn = (text: string): readonly StreamEvent[] =>
  text
    .split('\n\n')
    .filter((block) => block !== '' && !block.startsWith(':'))
    .map((block) => {
      const [name = '', data = ''] = block.split('\n');
      return { name: name.replace(/^event: /, ''), data: JSON.parse(data.replace(/^data: /, '')) as StreamEvent['data'] };
    });

/** The events of a stream of the same answer, each frame in a read of its own. */
export const streamed = (request: object, frames: readonly Frame[]): readonly StreamEvent[] => {
  const writer = planOf({ ...request, stream: true }).answer.stream();
  const text = frames.map((frame) => writer.write([frame])).join('');
  const end = writer.end();
  if (E.isLeft(end)) throw new Error(end.left.tag);
  return eventsIn(String(bytesBehind(text, end.right.value)));
};

type Delta = { readonly type: string; readonly text?: string; readonly thinking?: string; readonly signature?: string; readonly partial_json?: string };

type OpenBlock = Block & { readonly json?: string };

const withDelta = (block: OpenBlock, delta: Delta): OpenBlock => {
  if (delta.type === 'text_delta') return { ...block, text: `${String(block['text'])}${delta.text ?? ''}` };
  if (delta.type === 'thinking_delta') return { ...block, thinking: `${String(block['thinking'])}${delta.thinking ?? ''}` };
  if (delta.type === 'signature_delta') return { ...block, signature: delta.signature };
  return { ...block, json: `${block.json ?? ''}${delta.partial_json ?? ''}` };
};

const closed = ({ json, ...block }: OpenBlock): Block => (json === undefined ? block : { ...block, input: JSON.parse(json) as unknown });

/** A stream put together as clients do, which refuses what is out of its place. */
export const collected = (events: readonly StreamEvent[]): Message => {
  const [first, ...rest] = events.filter(({ data }) => data.type !== 'ping');
  if (first?.data.type !== 'message_start') throw new Error('does not begin with message_start');
  let made = { ...(first.data['message'] as Message) };
  const blocks: OpenBlock[] = [];
  let open: number | null = null;
  for (const { name, data } of rest) {
    if (name !== data.type) throw new Error(`${name} is named ${data.type}`);
    const { index } = data;
    if (data.type === 'content_block_start') {
      if (open !== null || index !== blocks.length) throw new Error(`block ${String(index)} begins out of its place`);
      open = blocks.push(data['content_block'] as Block) - 1;
    } else if (data.type === 'content_block_delta') {
      const block = blocks[open ?? -1];
      if (index !== open || block === undefined) throw new Error(`a piece of block ${String(index)} out of its place`);
      blocks[index] = withDelta(block, data['delta'] as Delta);
    } else if (data.type === 'content_block_stop') {
      const block = blocks[open ?? -1];
      if (index !== open || block === undefined) throw new Error(`block ${String(index)} ends out of its place`);
      blocks[index] = closed(block);
      open = null;
    } else if (data.type === 'message_delta') {
      made = { ...made, ...(data['delta'] as object), usage: { ...made.usage, ...(data['usage'] as object) } };
    } else if (data.type !== 'message_stop') throw new Error(data.type);
  }
  if (open !== null || rest.at(-1)?.data.type !== 'message_stop' || rest.at(-2)?.data.type !== 'message_delta') throw new Error('does not end');
  return { ...made, content: blocks };
};

/** What is to be remembered of the answer that these frames make. */
export const remembered = (request: object, frames: readonly Frame[]): readonly Signature[] => {
  const writer = planOf(request).answer.whole();
  writer.add(frames);
  const end = writer.end();
  if (E.isLeft(end)) throw new Error(end.left.tag);
  return end.right.signatures;
};
