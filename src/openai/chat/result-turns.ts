import { E, pipe } from '../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../kernel/proxy-error.ts';
import type { ModelTraits } from '../../gemini/model-traits.ts';
import type { Blob, Content, RequestPart } from '../../gemini/request.ts';
import { callsOf, type Call } from './calls.ts';
import type { FunctionNames } from './function-names.ts';
import { functionResult } from './function-results.ts';
import type { Media } from './parts.ts';
import type { ChatMessage } from './request.ts';

/** Where the results of calls stand: assistant message index → place of the call in it → index of the tool message. */
export type Results = ReadonlyMap<number, ReadonlyMap<number, number>>;

const isResult = (message: ChatMessage): boolean => message.role === 'tool' || message.role === 'function';

type Place = { readonly turn: number; readonly position: number };

/** The places of a message's calls that this result may belong to; a deprecated result names its function instead. */
const places = (messages: readonly ChatMessage[], turn: number, result: ChatMessage): readonly Place[] => {
  const message = messages[turn];
  const calls = message === undefined ? [] : callsOf(message, turn);
  const answers = (call: Call): boolean => (result.role === 'tool' ? call.id === result.tool_call_id : call.name === result.name);
  return calls.flatMap((call, position) => (answers(call) ? [{ turn, position }] : []));
};

/** The newest call before `index` that this message answers: among calls of one id, the first without a result. */
const askedBy = (messages: readonly ChatMessage[], index: number, known: Results): Place | undefined => {
  const result = messages[index];
  for (let turn = index - 1; turn >= 0; turn -= 1) {
    const found = result === undefined ? [] : places(messages, turn, result);
    const open = found.find(({ position }) => known.get(turn)?.has(position) !== true) ?? found[0];
    if (open !== undefined) return open;
  }
  return undefined;
};

/** Pairs every tool message with its call; one that answers no call is a 400 that names it. */
export const pairedResults = (messages: readonly ChatMessage[]): E.Either<ProxyError, Results> => {
  const results = new Map<number, Map<number, number>>();
  for (const [index, message] of messages.entries()) {
    if (!isResult(message)) continue;
    const asked = askedBy(messages, index, results);
    if (asked === undefined) {
      const field = `messages.${index}.${message.role === 'tool' ? 'tool_call_id' : 'name'}`;
      return E.left(invalid(`'${field}' does not belong to any tool call before it.`, field, 'invalid_value'));
    }
    const known = results.get(asked.turn) ?? new Map<number, number>();
    results.set(asked.turn, known.set(asked.position, index));
  }
  return E.right(results);
};

/** Kinds that a function response can hold beside its object, on models that take them there. */
const holdable: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/webp', 'application/pdf', 'text/plain']);

type Answer = { readonly part: RequestPart; readonly beside: readonly RequestPart[] };
type Settings = { readonly traits: ModelTraits; readonly names: FunctionNames; readonly media: Media };

const blobs = (parts: readonly RequestPart[]): readonly Blob[] => parts.flatMap((part) => part.inlineData ?? []);

const answer = (call: Call, message: ChatMessage | undefined, at: number, settings: Settings): E.Either<ProxyError, Answer> => {
  const head = { id: call.id, name: settings.names.toGemini(call.name) };
  if (message === undefined) {
    return E.right({ part: { functionResponse: { ...head, response: { error: 'no result' } } }, beside: [] });
  }
  return pipe(
    functionResult(message.content, `messages.${at}.content`, settings.media),
    E.map(({ response, media }) => {
      const inside = settings.traits.richParts ? media.filter((part) => holdable.has(part.inlineData?.mimeType ?? '')) : [];
      const parts = blobs(inside).map((inlineData) => ({ inlineData }));
      return {
        part: { functionResponse: { ...head, response, ...(parts.length === 0 ? {} : { parts }) } },
        beside: media.filter((part) => !inside.includes(part)),
      };
    }),
  );
};

/**
 * The results of one assistant message's calls: one user turn, in the order of the calls, whatever order they came in
 * and whatever stood between; a call without a result says so. Media that can't be inside follows in its own turn.
 */
export const resultTurns = (
  messages: readonly ChatMessage[],
  index: number,
  results: Results,
  settings: Settings,
): E.Either<ProxyError, readonly Content[]> => {
  const message = messages[index];
  const found = results.get(index);
  const answers: Answer[] = [];
  for (const [position, call] of (message === undefined ? [] : callsOf(message, index)).entries()) {
    const at = found?.get(position) ?? -1;
    const read = answer(call, messages[at], at, settings);
    if (E.isLeft(read)) return read;
    answers.push(read.right);
  }
  if (answers.length === 0) return E.right([]);
  const beside = answers.flatMap((one) => one.beside);
  const turn: Content = { role: 'user', parts: answers.map((one) => one.part) };
  return E.right(beside.length === 0 ? [turn] : [turn, { role: 'user', parts: beside }]);
};
