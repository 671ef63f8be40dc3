import { E, TE } from '../../src/kernel/fp.ts';
import type { ProxyError } from '../../src/kernel/proxy-error.ts';
import type { GeminiCall, GenerateContentRequest } from '../../src/gemini/request.ts';
import type { Frame } from '../../src/gemini/response.ts';
import { exactJson } from '../../src/gemini/exact-json.ts';
import { responsesDialect, type ResponsesSettings } from '../../src/openai/responses/dialect.ts';
import type { AnswerEnd, StreamWriter, WholeWriter } from '../../src/ports/answer-writer.ts';
import type { Caller, Signature } from '../../src/ports/capabilities.ts';
import type { Plan, TranslationContext } from '../../src/ports/dialect.ts';
import { readRecord } from '../../src/ports/response-record.ts';
import { itemNotFound, previousNotFound, type ResponseRecord, type ResponseStore } from '../../src/ports/response-store.ts';
import { asString } from '../../src/kernel/written-text.ts';
import { bytesBehind } from './bytes-behind.ts';
import { freely } from './capabilities.ts';
import { contextWith, plain } from './chat.ts';

const settings: ResponsesSettings = {
  systemPromptMode: 'leading',
  historyImages: 'last',
  imageReplyFormat: 'markdown',
  modelAliases: new Map(),
  keepAliveMs: 15_000,
};

/** Any JSON object, as a client would look at it. */
export type Json = Readonly<Record<string, unknown>>;

/** What stands at a path in a value: `output.0.content`. */
export const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((inner, step) => (inner === undefined || inner === null ? undefined : (inner as Json)[step]), value);

/** The objects in a list at a path. */
export const listAt = (value: unknown, path: string): readonly Json[] => {
  const list = at(value, path);
  if (!Array.isArray(list)) throw new Error(`no list at ${path}`);
  return list;
};

const caller: Caller = { address: '127.0.0.1', credential: null, isFromOwnNetwork: () => true };

/** A store of plain records, which shows what was kept. */
export const plainStore = (): ResponseStore & { readonly kept: ResponseRecord[] } => {
  const kept: ResponseRecord[] = [];
  const items = (): readonly Json[] => kept.flatMap(({ input, response }) => [...input, ...(response['output'] as readonly unknown[])] as readonly Json[]);
  const chain = (id: string | null): readonly unknown[] | null => {
    if (id === null) return [];
    const record = kept.find((one) => one.id === id);
    const before = record === undefined ? null : chain(record.previous);
    return record === undefined || before === null ? null : [...before, ...record.input, ...(record.response['output'] as readonly unknown[])];
  };
  return {
    kept,
    recallItems: ({ previous, items: wanted }) => {
      const before = chain(previous);
      if (before === null) return TE.left(previousNotFound(previous ?? ''));
      const byId = new Map(items().map((item) => [String(item['id']), item]));
      const unknown = wanted.find((id) => !byId.has(id));
      return unknown === undefined ? TE.right({ before, byId }) : TE.left(itemNotFound(unknown));
    },
    mostBytesEach: 8 * 1024 ** 2,
    keepResponse: ({ text }) => {
      const record = readRecord(JSON.parse(asString(text)));
      if (E.isRight(record)) kept.push(record.right);
      return undefined;
    },
    findResponse: () => TE.right(null),
    removeResponse: () => Promise.resolve(false),
  };
};

/** What a request is translated with. */
export type Around = { readonly store?: ResponseStore; readonly settings?: Partial<ResponsesSettings>; readonly context?: Partial<TranslationContext>; readonly recalled?: readonly Signature[] };

/** The plan for a request, with a model and a question where it names none. */
export const planned = async (request: Json, around: Around = {}): Promise<E.Either<ProxyError, Plan>> => {
  const dialect = responsesDialect({ ...settings, ...around.settings }, around.store ?? plainStore());
  const read = dialect.decode(JSON.parse(JSON.stringify({ model: 'gemini-3.5-flash', input: 'hi', ...request })));
  if (E.isLeft(read)) return read;
  const complete = await dialect.lookUp?.(read.right, { caller, memory: freely })();
  if (complete === undefined || E.isLeft(complete)) return complete ?? E.left({ tag: 'ClientGone' });
  return dialect.translate(complete.right, { ...contextWith(around.recalled), ...around.context });
};

const planOf = async (request: Json, around?: Around): Promise<Plan> => {
  const read = await planned(request, around);
  if (E.isLeft(read)) throw new Error(JSON.stringify(read.left));
  return read.right;
};

/** The call for a request that must be translatable. */
export const responseCall = async (request: Json, around?: Around): Promise<GeminiCall> => (await planOf(request, around)).call;

/** The body sent for a request, as it goes over the wire. */
export const responseBody = async (request: Json, around?: Around): Promise<GenerateContentRequest> => plain((await responseCall(request, around)).body);

/** The body sent for a request as it was written. */
export const responseText = async (json: string): Promise<string> => {
  const dialect = responsesDialect(settings, plainStore());
  const read = dialect.decode(JSON.parse(json), () => json);
  const made = E.isLeft(read) ? read : dialect.translate(read.right, contextWith());
  if (E.isLeft(made)) throw new Error(JSON.stringify(made.left));
  return exactJson(made.right.call.body);
};

/** The calls for requests that one dialect translates one after the other; why not, for those that it refuses. */
export const callsInTurn = (requests: readonly Json[]): readonly string[] => {
  const dialect = responsesDialect(settings, plainStore());
  return requests.map((request) => {
    const read = dialect.decode({ model: 'gemini-3.5-flash', input: 'hi', ...request });
    const made = E.isLeft(read) ? read : dialect.translate(read.right, contextWith());
    return JSON.stringify(E.isLeft(made) ? made.left : made.right.call);
  });
};

/** Why a request is refused. */
export const responseRefusal = async (request: Json, around?: Around): Promise<Extract<ProxyError, { readonly tag: 'InvalidRequest' }>> => {
  const read = await planned(request, around);
  if (E.isRight(read)) throw new Error(`was not refused: ${JSON.stringify(request)}`);
  if (read.left.tag !== 'InvalidRequest') throw new Error(read.left.tag);
  return read.left;
};

/** The events in a stream's text, each checked to be named by its type. */
export const eventsIn = (text: string): readonly Json[] =>
  text.split('\n\n').filter((block) => block !== '' && !block.startsWith(':')).map((block) => {
    const [name = '', data = ''] = block.split('\n');
    const event: Json = JSON.parse(data.replace(/^data: /, ''));
    if (name !== `event: ${String(event['type'])}`) throw new Error(`${name} is not its event's type`);
    return event;
  });

const ended = async <A>(end: E.Either<ProxyError, AnswerEnd<A>>): Promise<A> => {
  if (E.isLeft(end)) throw new Error(JSON.stringify(end.left));
  await end.right.keep?.();
  return end.right.value;
};

/** The stream's writer for a request. */
export const responseWriter = async (request: Json, around?: Around): Promise<StreamWriter> => (await planOf({ ...request, stream: true }, around)).answer.stream();

/** What collects the whole answer to a request. */
export const responseCollector = async (request: Json, around?: Around): Promise<WholeWriter> => (await planOf(request, around)).answer.whole();

/** The events of the streamed answer that these frames make. */
export const responseEvents = async (request: Json, frames: readonly Frame[], around?: Around): Promise<readonly Json[]> => {
  const writer = await responseWriter(request, around);
  const text = frames.map((frame) => writer.write([frame])).join('');
  return eventsIn(String(bytesBehind(text, await ended(writer.end()))));
};

/** The whole answer that these frames make. */
export const wholeResponse = async (request: Json, frames: readonly Frame[], around?: Around): Promise<Json> => {
  const writer = await responseCollector(request, around);
  for (const frame of frames) writer.add([frame]);
  return JSON.parse(String((await ended(writer.end())).body));
};
