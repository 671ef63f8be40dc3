import { E } from '../../src/kernel/fp.ts';
import type { ProxyError } from '../../src/kernel/proxy-error.ts';
import { asSent } from '../../src/kernel/written-text.ts';
import type { GeminiCall, GenerateContentRequest } from '../../src/gemini/request.ts';
import type { Candidate, Frame, ResponsePart } from '../../src/gemini/response.ts';
import type { ChatEvent } from '../../src/openai/chat/answer/chunk.ts';
import type { SystemPromptMode } from '../../src/gemini/conversation/to-contents.ts';
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

const planned = (request: object, recalled: readonly Signature[] = []): E.Either<ProxyError, Plan> => {
  const read = chat.decode(JSON.parse(JSON.stringify(whole(request))));
  return E.isLeft(read) ? read : chat.translate(read.right, contextWith(recalled));
};

/** What a request comes to: a call, or why not. */
export const translated = (request: object, recalled: readonly Signature[] = []): E.Either<ProxyError, GeminiCall> =>
  E.map(({ call: made }: Plan) => made)(planned(request, recalled));

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
  const read = chat.decode(plain(whole(request)));
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

const planOf = (request: object): Plan => {
  const read = planned(request);
  if (E.isLeft(read)) throw new Error(JSON.stringify(read.left));
  return read.right;
};

type Streamed = { readonly chunks: readonly ChatEvent['chunk'][]; readonly signatures: readonly Signature[] };

const chunkOf = (line: string): readonly ChatEvent['chunk'][] => (line.startsWith('data: {') ? [JSON.parse(line.slice(6))] : []);

/** What a stream of these frames, one read each, sends in answer to the request, and what is remembered of it. */
export const streamed = (request: object, frames: readonly Frame[]): Streamed => {
  const writer = planOf(request).answer.stream();
  const texts = frames.map((one) => writer.write([one]));
  const end = writer.end();
  if (E.isLeft(end)) throw new Error(end.left.tag);
  const { value, signatures } = end.right;
  const last = typeof value === 'string' ? value : asSent(value).toString();
  return { chunks: [...texts, last].join('').split('\n').flatMap(chunkOf), signatures };
};

export type Message = {
  readonly role: 'assistant';
  readonly content: string | null;
  readonly tool_calls?: readonly { readonly id: string; readonly type: string; readonly function?: { readonly name: string; readonly arguments: string }; readonly custom?: { readonly name: string; readonly input: string } }[];
} & Readonly<Record<string, unknown>>;

export type Choice = { readonly index: number; readonly message: Message; readonly finish_reason: string; readonly native_finish_reason?: string };

/** The whole answer that these frames make. */
export const completion = (request: object, frames: readonly Frame[]): { readonly choices: readonly Choice[]; readonly usage?: unknown } => {
  const writer = planOf(request).answer.whole();
  writer.add(frames);
  const end = writer.end();
  if (E.isLeft(end)) throw new Error(end.left.tag);
  return JSON.parse(Buffer.from(end.right.value.body).toString());
};

/** Its choices. */
export const choices = (request: object, frames: readonly Frame[]): readonly Choice[] => completion(request, frames).choices;

/** The first choice of that answer. */
export const answer = (request: object, frames: readonly Frame[]): Choice => {
  const [first] = choices(request, frames);
  if (first === undefined) throw new Error('no choice');
  return first;
};

/** The deltas that a stream of the same answer shows. */
export const deltas = (request: object, frames: readonly Frame[]): readonly object[] =>
  streamed(request, frames).chunks.flatMap((chunk) => chunk.choices.map((choice) => choice.delta));

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
