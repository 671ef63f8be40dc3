import { E, pipe } from '../../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../../kernel/proxy-error.ts';
import type { ModelTraits } from '../../../gemini/model-traits.ts';
import type { Blob, Content, RequestPart } from '../../../gemini/request.ts';
import { callsOf, type Call } from './calls.ts';
import type { FunctionNames } from '../../../gemini/conversation/function-names.ts';
import { functionResult } from './function-results.ts';
import type { Media } from './parts.ts';
import type { ChatMessage } from './request.ts';

/** Where the results of calls stand: assistant message index → place of the call in it → index of the tool message. */
export type Results = ReadonlyMap<number, ReadonlyMap<number, number>>;

const isResult = (message: ChatMessage): boolean => message.role === 'tool' || message.role === 'function';

/** Calls of one message that go by one id or name, `next` the first of them that may be without a result. */
type Waiting = { readonly turn: number; readonly positions: number[]; next: number };

/** A deprecated result names its function instead of an id. */
const keysOf = ({ id, name }: Call): readonly string[] => [`tool ${id}`, `function ${name}`];

const keyOf = ({ role, tool_call_id: id, name }: ChatMessage): string => `${role} ${(role === 'tool' ? id : name) ?? '\0'}`;

/** The newest message that makes a call stands for its id. */
const noteCalls = (waiting: Map<string, Waiting>, calls: readonly Call[], turn: number): void => {
  for (const [position, call] of calls.entries()) {
    for (const key of keysOf(call)) {
      const known = waiting.get(key);
      if (known?.turn === turn) known.positions.push(position);
      else waiting.set(key, { turn, positions: [position], next: 0 });
    }
  }
};

/** Among calls of one id the first without a result; the very first when all have one. */
const openPosition = (calls: Waiting, answered: ReadonlyMap<number, number>): number | undefined => {
  const { positions } = calls;
  while (answered.has(positions[calls.next] ?? -1)) calls.next += 1;
  return positions[calls.next] ?? positions[0];
};

/** Pairs every tool message with the newest call before it that it answers; one that answers none is a 400 that names it. */
export const pairedResults = (messages: readonly ChatMessage[]): E.Either<ProxyError, Results> => {
  const results = new Map<number, Map<number, number>>();
  const waiting = new Map<string, Waiting>();
  for (const [index, message] of messages.entries()) {
    noteCalls(waiting, callsOf(message, index), index);
    if (!isResult(message)) continue;
    const calls = waiting.get(keyOf(message));
    const known = results.get(calls?.turn ?? -1) ?? new Map<number, number>();
    const position = calls === undefined ? undefined : openPosition(calls, known);
    if (calls === undefined || position === undefined) {
      const field = `messages.${index}.${message.role === 'tool' ? 'tool_call_id' : 'name'}`;
      return E.left(invalid(`'${field}' does not belong to any tool call before it.`, field, 'invalid_value'));
    }
    results.set(calls.turn, known.set(position, index));
  }
  return E.right(results);
};

/** Kinds that a function response can hold beside its object, on models that take them there. */
const holdable: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/webp', 'application/pdf', 'text/plain']);

type Answer = { readonly part: RequestPart; readonly beside: readonly RequestPart[] };
type Settings = { readonly traits: ModelTraits; readonly names: FunctionNames; readonly media: Media };

const blobs = (parts: readonly RequestPart[]): readonly Blob[] => parts.flatMap((part) => part.inlineData ?? []);

/** A conversation's messages, and which of them are results of which calls. */
export type History = { readonly messages: readonly ChatMessage[]; readonly results: Results };

const answer = (call: Call, { messages, at }: { readonly messages: History['messages']; readonly at: number }, settings: Settings): E.Either<ProxyError, Answer> => {
  const message = messages[at];
  const head = { id: call.id, name: settings.names.toGemini(call.name) };
  if (message === undefined) {
    return E.right({ part: { functionResponse: { ...head, response: { error: 'no result' } } }, beside: [] });
  }
  const isInside = (part: RequestPart): boolean => settings.traits.richParts && holdable.has(part.inlineData?.mimeType ?? '');
  return pipe(
    functionResult(message.content, `messages.${at}.content`, settings.media),
    E.map(({ response, media }) => {
      const parts = blobs(media.filter(isInside)).map((inlineData) => ({ inlineData }));
      return {
        part: { functionResponse: { ...head, response, ...(parts.length === 0 ? {} : { parts }) } },
        beside: media.filter((part) => !isInside(part)),
      };
    }),
  );
};

/**
 * The results of one assistant message's calls: one user turn, in the order of the calls, whatever order they came in
 * and whatever stood between; a call without a result says so. Media that can't be inside follows in its own turn.
 */
export const resultTurns = ({ messages, results }: History, index: number, settings: Settings): E.Either<ProxyError, readonly Content[]> => {
  const message = messages[index];
  const found = results.get(index);
  const answers: Answer[] = [];
  for (const [position, call] of (message === undefined ? [] : callsOf(message, index)).entries()) {
    const read = answer(call, { messages, at: found?.get(position) ?? -1 }, settings);
    if (E.isLeft(read)) return read;
    answers.push(read.right);
  }
  if (answers.length === 0) return E.right([]);
  const beside = answers.flatMap((one) => one.beside);
  const turn: Content = { role: 'user', parts: answers.map((one) => one.part) };
  return E.right(beside.length === 0 ? [turn] : [turn, { role: 'user', parts: beside }]);
};
