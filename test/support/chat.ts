import { E } from '../../src/kernel/fp.ts';
import type { ProxyError } from '../../src/kernel/proxy-error.ts';
import type { GeminiCall, GenerateContentRequest } from '../../src/gemini/request.ts';
import type { Candidate, Frame, ResponsePart } from '../../src/gemini/response.ts';
import { answerMachine } from '../../src/openai/chat/answer/chat-answer.ts';
import type { ChatEvent } from '../../src/openai/chat/answer/chunk.ts';
import { completion } from '../../src/openai/chat/answer/completion.ts';
import type { SystemPromptMode } from '../../src/gemini/conversation/to-contents.ts';
import { decodeChatRequest } from '../../src/openai/chat/ask/request.ts';
import { settleChat } from '../../src/openai/chat/ask/to-gemini.ts';
import type { TranslationSettings } from '../../src/wire/translation-settings.ts';
import { chatDialect } from '../../src/openai/chat/dialect.ts';
import type { Signature } from '../../src/ports/capabilities.ts';
import type { Plan, TranslationContext } from '../../src/ports/dialect.ts';

const settings: TranslationSettings = { systemPromptMode: 'leading', historyImages: 'last', imageReplyFormat: 'markdown', modelAliases: new Map() };

/** The chat endpoint with the usual settings. */
export const chat = chatDialect(settings);

/** A translation's surroundings, with these signatures remembered. */
export const contextWith = (recalled: readonly Signature[] = []): TranslationContext => ({
  requestId: 'req_1',
  id: 'x',
  created: 1,
  recalled: new Map(recalled.map((signature) => [signature.callId, signature])),
  media: new Map(),
  imageReplyFormat: null,
});

/** A request with a model and a question where it names none. */
export const whole = (request: object): object => ({ model: 'gemini-3.5-flash', messages: [user('hi')], ...request });

/** What a request comes to: a call, or why not. */
export const translated = (request: object, recalled: readonly Signature[] = []): E.Either<ProxyError, GeminiCall> => {
  const read = decodeChatRequest(JSON.parse(JSON.stringify(whole(request))));
  return E.isLeft(read) ? read : E.map(({ call: made }: Plan) => made)(chat.translate(read.right, contextWith(recalled)));
};

/** The call for a request that must be translatable. */
export const call = (request: object, recalled: readonly Signature[] = []): GeminiCall => {
  const read = translated(request, recalled);
  if (E.isLeft(read)) throw new Error(JSON.stringify(read.left));
  return read.right;
};

/** A value as it goes over the wire. */
export const plain = <T>(value: T): T => (value === undefined ? value : JSON.parse(JSON.stringify(value)));

/** The body sent for a request, as it goes over the wire. */
export const body = (request: object, recalled: readonly Signature[] = []): GenerateContentRequest => plain(call(request, recalled).body);

/** The body sent for a request where system messages go by this mode. */
export const bodyIn = (systemPromptMode: SystemPromptMode, request: object): GenerateContentRequest => {
  const read = decodeChatRequest(plain(whole(request)));
  const made = E.isLeft(read) ? read : chatDialect({ ...settings, systemPromptMode }).translate(read.right, contextWith());
  if (E.isLeft(made)) throw new Error(JSON.stringify(made.left));
  return plain(made.right.call.body);
};

/** Why a request is refused: field and code. */
export const refusal = (request: object): { readonly param: string | null; readonly code: string | null } => {
  const read = translated(request);
  if (E.isRight(read)) throw new Error('was not refused');
  if (read.left.tag !== 'InvalidRequest') throw new Error(read.left.tag);
  return { param: read.left.param, code: read.left.code };
};

/** The events that these frames make of an answer to the request. */
export const events = (request: object, frames: readonly Frame[]): readonly ChatEvent[] => {
  const read = decodeChatRequest(JSON.parse(JSON.stringify(whole(request))));
  if (E.isLeft(read)) throw new Error(JSON.stringify(read.left));
  const settled = settleChat(settings)(read.right, contextWith());
  if (E.isLeft(settled)) throw new Error(JSON.stringify(settled.left));
  const machine = answerMachine(read.right, settled.right, contextWith());
  let state = machine.start;
  const before = frames.flatMap((one) => {
    const [next, made] = machine.step(state, [one]);
    state = next;
    return made;
  });
  return [...before, ...machine.end(state)];
};

export type Message = {
  readonly role: 'assistant';
  readonly content: string | null;
  readonly tool_calls?: readonly { readonly id: string; readonly type: string; readonly function?: { readonly name: string; readonly arguments: string }; readonly custom?: { readonly name: string; readonly input: string } }[];
} & Readonly<Record<string, unknown>>;

export type Choice = { readonly index: number; readonly message: Message; readonly finish_reason: string; readonly native_finish_reason?: string };

const completed = (made: readonly ChatEvent[]): unknown => {
  const reply = completion(made);
  if (E.isLeft(reply)) throw new Error(reply.left.tag);
  return JSON.parse(String(reply.right.body));
};

/** The choices of the whole answer that these events make. */
export const choicesOf = (made: readonly ChatEvent[]): readonly Choice[] => (completed(made) as { readonly choices: readonly Choice[] }).choices;

/** The choices of the whole answer that these frames make. */
export const choices = (request: object, frames: readonly Frame[]): readonly Choice[] => choicesOf(events(request, frames));

/** The first choice of that answer. */
export const answer = (request: object, frames: readonly Frame[]): Choice => {
  const [first] = choices(request, frames);
  if (first === undefined) throw new Error('no choice');
  return first;
};

/** The deltas that a stream of the same answer shows. */
export const deltas = (request: object, frames: readonly Frame[]): readonly object[] =>
  events(request, frames).filter((event) => event.isSent).flatMap(({ chunk }) => chunk.choices.map((choice) => plain(choice.delta)));

/** One frame with these parts. */
export const frame = (parts: readonly ResponsePart[], rest: Candidate = {}): Frame => ({ candidates: [{ content: { parts }, ...rest }] });

export const stop: Candidate = { finishReason: 'STOP' };

/** A function call of Gemini's. */
export const callPart = (name: string, args: object = {}, more: ResponsePart = {}): ResponsePart => ({
  functionCall: { id: `id-${name}`, name, args: JSON.parse(JSON.stringify(args)) },
  ...more,
});

export const user = (content: unknown) => ({ role: 'user', content });
export const assistant = (content: unknown, more: object = {}) => ({ role: 'assistant', content, ...more });
export const result = (id: string, content: unknown) => ({ role: 'tool', tool_call_id: id, content });

/** A tool call of a history. */
export const called = (id: string, name: string, args = '{}', more: object = {}) => ({ id, type: 'function', function: { name, arguments: args }, ...more });

/** A declared function with one string parameter. */
export const tool = (name: string, more: object = {}) => ({
  type: 'function',
  function: { name, parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }, ...more },
});
