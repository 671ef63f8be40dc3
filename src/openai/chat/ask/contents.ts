import { E, pipe } from '../../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../../kernel/proxy-error.ts';
import type { ModelTraits } from '../../../gemini/model-traits.ts';
import type { Content, RequestPart } from '../../../gemini/request.ts';
import { finished } from '../../../gemini/conversation/turn-order.ts';
import { answerParts, type AnswerContext } from './answer-turn.ts';
import { pairedResults, resultTurns, type History } from './result-turns.ts';
import { contentParts, textParts, type Media } from './parts.ts';
import type { ChatMessage } from './request.ts';

/**
 * Which system messages are the system instruction: `leading`, those before the first other message; `instruction`,
 * all; `user`, none. The others stay in place as text of a user turn.
 */
export type SystemPromptMode = 'leading' | 'instruction' | 'user';

/** What the translation of messages depends on beside them. */
export type ContentsSettings = AnswerContext & { readonly systemPromptMode: SystemPromptMode };

/** The two places of a Gemini request that messages go to. */
export type Contents = { readonly contents: readonly Content[]; readonly system: readonly RequestPart[] };

type Turns = E.Either<ProxyError, readonly Content[]>;

const isSystem = (message: ChatMessage): boolean => message.role === 'system' || message.role === 'developer';

/** How many messages from the start are looked through for the instruction. */
const instructed = (messages: readonly ChatMessage[], mode: SystemPromptMode): number => {
  if (mode !== 'leading') return mode === 'user' ? 0 : messages.length;
  const first = messages.findIndex((message) => !isSystem(message));
  return first < 0 ? messages.length : first;
};

/** A system message behind the model's last words asks for new ones, wherever it goes. */
const asksLast = (messages: readonly ChatMessage[]): boolean =>
  messages.findLastIndex(isSystem) > messages.findLastIndex(({ role }) => role === 'assistant');

const userTurn = (parts: readonly RequestPart[]): readonly Content[] => (parts.length === 0 ? [] : [{ role: 'user', parts }]);

const turnsOf = (history: History, index: number, settings: ContentsSettings): Turns => {
  const message = history.messages[index];
  if (message === undefined || message.role === 'tool' || message.role === 'function') return E.right([]);
  if (isSystem(message) || message.role === 'user') {
    return pipe(contentParts(message.content, `messages.${index}.content`, settings.media), E.map(userTurn));
  }
  return pipe(
    answerParts(message, index, settings),
    E.flatMap((parts): Turns => {
      const own: readonly Content[] = parts.length === 0 ? [] : [{ role: 'model', parts }];
      return pipe(resultTurns(history, index, settings), E.map((answers) => [...own, ...answers]));
    }),
  );
};

/** Model names that take no system instruction get it as the beginning of the first user turn. */
const withInstruction = (system: readonly RequestPart[], contents: readonly Content[]): readonly Content[] =>
  system.length === 0 ? contents : [{ role: 'user', parts: system }, ...contents];

const systemParts = (messages: readonly ChatMessage[], until: number, media: Media): E.Either<ProxyError, readonly RequestPart[]> => {
  const parts: RequestPart[] = [];
  for (const [index, message] of messages.entries()) {
    if (index >= until) break;
    if (!isSystem(message)) continue;
    const path = `messages.${index}.content`;
    const read = contentParts(message.content, path, media);
    if (E.isLeft(read)) return read;
    if (read.right.some((part) => part.text === undefined)) {
      return E.left(invalid(`'${path}': a ${message.role} message takes text only; send media in a user message.`, path, 'unsupported_value'));
    }
    for (const part of read.right) parts.push(part);
  }
  return E.right(parts);
};

const conversation = (history: History, until: number, settings: ContentsSettings): Turns => {
  const turns: Content[] = [];
  for (const [index, message] of history.messages.entries()) {
    if (index < until && isSystem(message)) continue;
    const read = turnsOf(history, index, settings);
    if (E.isLeft(read)) return read;
    turns.push(...read.right);
  }
  return E.right(turns);
};

type Placing = { readonly system: readonly RequestPart[]; readonly turns: readonly Content[]; readonly prefill: boolean };

const placed = ({ system, turns, prefill }: Placing, traits: ModelTraits): E.Either<ProxyError, Contents> => {
  const alone = turns.length === 0 && system.length > 0;
  const joined = alone || !traits.systemInstruction ? withInstruction(system, turns) : turns;
  return joined.length === 0
    ? E.left(invalid("'messages' holds no text or media to answer.", 'messages', 'invalid_value'))
    : E.right({
        contents: finished(joined, prefill),
        system: joined === turns ? system.flatMap((part) => textParts(part.text ?? '')) : [],
      });
};

/**
 * Messages as Gemini's turns (reference: wire rules of @ai-sdk/google, pydantic-ai, Google's function-calling guide):
 * the instruction apart, results right behind their calls, turn order mended, nothing empty. A conversation that grows
 * keeps what it began with, so that Gemini's implicit cache knows it again.
 */
export const toContents = (messages: readonly ChatMessage[], settings: ContentsSettings): E.Either<ProxyError, Contents> => {
  const { traits, media } = settings;
  const until = instructed(messages, settings.systemPromptMode);
  const prefill = traits.prefill && !asksLast(messages);
  return pipe(
    pairedResults(messages),
    E.flatMap((results) => conversation({ messages, results }, until, settings)),
    E.flatMap((turns) =>
      pipe(
        systemParts(messages, until, media),
        E.flatMap((system) => placed({ system, turns, prefill }, traits)),
      ),
    ),
  );
};
