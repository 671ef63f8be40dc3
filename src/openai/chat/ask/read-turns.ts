import { E } from '../../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../../kernel/proxy-error.ts';
import type { Steps } from '../../../kernel/steps.ts';
import { textOf } from '../../../kernel/unread-text.ts';
import { isLongList, readInSteps } from '../../../wire/read-in-steps.ts';
import { readSignedParts } from '../../../gemini/conversation/signed-parts.ts';
import type { ModelTurn, ResultTurn, Turn, TurnPart } from '../../../gemini/conversation/turns.ts';
import { callsOf, isLegacyCall } from './calls.ts';
import { serverToolParts, textSignature } from './history-signatures.ts';
import { contentParts, isContentParts } from './parts.ts';
import type { ChatMessage } from './chat-message.ts';

type Read<A> = E.Either<ProxyError, A>;

const firstPaths = Array.from({ length: 128 }, (_, index) => `messages.${index}.content`);

/** The field that errors of a message name; each has one. */
const contentPath = (index: number): string => firstPaths[index] ?? `messages.${index}.content`;

/** reasoning_content is not read: thoughts without their signature are of no use to the model. */
const modelTurn = (message: ChatMessage, index: number, path: string): Read<ModelTurn> => {
  if (message.audio !== undefined) {
    const at = `messages.${index}.audio.id`;
    return E.left(
      invalid(
        `'${at}': earlier audio answers are not kept here; send the transcript as content.`,
        at,
        'unsupported_value',
      ),
    );
  }
  const content = contentParts(message.content ?? message.refusal, path);
  if (E.isLeft(content)) return content;
  const calls = callsOf(message, index);
  return E.right({
    role: 'model',
    parts: calls.length === 0 ? content.right : [...content.right, ...calls.map((call) => ({ call }))],
    path,
    words: message.content == null && message.refusal !== undefined ? '' : undefined,
    pictures: message.images?.map((image) => image.image_url.url),
    serverTools: serverToolParts(message),
    signed: readSignedParts(message.extra_content?.google?.signed_parts),
    signature: textSignature(message, isLegacyCall(message)),
  });
};

/** A result names its call by its id, a deprecated one its function. */
const resultTurn = (
  { role, content, tool_call_id: id, name }: ChatMessage,
  index: number,
  path: string,
): Read<ResultTurn> => {
  const names =
    role === 'tool'
      ? { by: 'id' as const, key: id, path: `messages.${index}.tool_call_id` }
      : { by: 'name' as const, key: name, path: `messages.${index}.name` };
  if (typeof content === 'string') return E.right({ role: 'result', ...names, value: { text: content }, media: [] });
  if (!isContentParts(content)) return E.right({ role: 'result', ...names, value: { json: content }, media: [] });
  return E.map((parts: readonly TurnPart[]): ResultTurn => {
    let text = '';
    for (const part of parts) if ('text' in part) text += textOf(part.text ?? '');
    return { role: 'result', ...names, value: { text }, media: parts.filter((part) => !('text' in part)) };
  })(contentParts(content, path));
};

const readTurn = (message: ChatMessage, index: number): Read<Turn> => {
  const path = contentPath(index);
  const { role } = message;
  if (role === 'assistant') return modelTurn(message, index, path);
  if (role === 'tool' || role === 'function') return resultTurn(message, index, path);
  const parts = contentParts(message.content, path);
  if (E.isLeft(parts)) return parts;
  return E.right(
    role === 'user' ? { role, parts: parts.right } : { role: 'system', parts: parts.right, path, called: role },
  );
};

/** A message of the user's with very many parts. */
function* longTurn(content: readonly unknown[], index: number): Steps<Read<Turn>> {
  const path = contentPath(index);
  const parts = yield* readInSteps(content, (some, from) => contentParts(some, path, from));
  return E.isLeft(parts) ? parts : E.right({ role: 'user', parts: parts.right });
}

/** Messages that are read in one go: a millisecond of them. */
const messagesAtOnce = 256;

/** OpenAI's messages as the turns of a conversation, one each. */
export function* readTurns(messages: readonly ChatMessage[]): Steps<Read<readonly Turn[]>> {
  const turns: Turn[] = [];
  for (const message of messages) {
    const index = turns.length;
    if (index % messagesAtOnce === messagesAtOnce - 1) yield;
    const { role, content } = message;
    const read = role === 'user' && isLongList(content) ? yield* longTurn(content, index) : readTurn(message, index);
    if (E.isLeft(read)) return read;
    turns.push(read.right);
  }
  return E.right(turns);
}
