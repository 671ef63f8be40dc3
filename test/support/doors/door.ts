import type { Pollux } from '../pollux.ts';
import type { Json } from '../responses.ts';
import { textAt } from './fields.ts';

/** A call that a model makes, and what the tool gave back. */
export type Call = { readonly name: string; readonly args: unknown };

/** A call as its door names it, so that a result finds it. */
export type NamedCall = Call & { readonly id: string };

/** How an answer ends, in no dialect's words. */
export type Finish = 'end' | 'calls' | 'cut' | 'blocked';

/** Tokens of the question, those of them that were cached, tokens of the answer with its thoughts, and the thoughts alone. */
export type Usage = { readonly input: number; readonly cached: number; readonly output: number; readonly thoughts: number };

/** What was answered, in no dialect's words. */
export type Answer = {
  readonly text: string;
  readonly thoughts: string;
  readonly calls: readonly NamedCall[];
  /** Base64 of the bytes. */
  readonly pictures: readonly string[];
  readonly finish: Finish;
  /** The words in which it was blocked. */
  readonly blocked: string;
  readonly usage: Usage;
  /** The turns that put the answer into the conversation. */
  readonly back: readonly unknown[];
};

/** What came of a request; `faults` is what it has against its dialect's own schema. */
export type Outcome = {
  readonly status: number;
  readonly faults: readonly string[];
  readonly answer: Answer | null;
  /** Why there is no answer: in a sentence, and in the dialect's own word. */
  readonly error: { readonly message: string; readonly word: string; readonly retryAfter: number | null; readonly isFinal: boolean };
};

/** A question whose turns are in the words of the door. */
export type Asking = {
  readonly model: string;
  readonly turns: readonly unknown[];
  readonly stream: boolean;
  readonly tools?: boolean;
  /** Wishes to see thoughts. */
  readonly thinks?: boolean;
  readonly most?: number;
};

/** A way of reading an answer's body: whole, or as a stream. */
export type Read = (body: string, service: Pollux) => Promise<{ readonly answer: Answer; readonly faults: readonly string[] }>;

/** One public dialect: how it is asked, and how its answers read. */
export type Door = {
  readonly name: string;
  /** What a user says, with a PNG in base64. */
  readonly says: (text: string, picture?: string) => readonly unknown[];
  /** What the tools gave back for these calls. */
  readonly results: (calls: readonly NamedCall[], result: Json) => readonly unknown[];
  readonly request: (asking: Asking) => { readonly path: string; readonly body: Json };
  readonly credential: (password: string) => Readonly<Record<string, string>>;
  readonly whole: Read;
  readonly streamed: Read;
  /** Where an error's word stands. */
  readonly errorWord: string;
  /** What an error's body has against the dialect. */
  readonly errorFaults: (error: unknown, response: Response) => readonly string[];
};

/** The tool of all doors' questions. */
export const weather = {
  name: 'get_weather',
  description: 'Tells the weather of a city.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

/** Whether the SDKs give up: by the header, else by the status. */
const isFinal = ({ status, headers }: Response): boolean => {
  const told = headers.get('x-should-retry');
  return told === null ? ![408, 409, 429].includes(status) && status < 500 : told === 'false';
};

const refused = async (door: Door, response: Response): Promise<Outcome> => {
  const value = (await response.json()) as unknown;
  const wait = response.headers.get('retry-after');
  return {
    status: response.status,
    faults: door.errorFaults(value, response),
    answer: null,
    error: { message: textAt(value, 'error.message'), word: textAt(value, door.errorWord), retryAfter: wait === null ? null : Number(wait), isFinal: isFinal(response) },
  };
};

/** Asks a door with the service's password. */
export const askDoor = async (door: Door, service: Pollux, asking: Asking): Promise<Outcome> => {
  const { path, body } = door.request(asking);
  const response = await fetch(`${service.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...door.credential(service.password) },
    body: JSON.stringify(body),
  });
  if (response.status !== 200) return refused(door, response);
  const type = response.headers.get('content-type') ?? '';
  const wanted = asking.stream ? 'text/event-stream' : 'application/json';
  const { answer, faults } = await (asking.stream ? door.streamed : door.whole)(await response.text(), service);
  const error = { message: '', word: '', retryAfter: null, isFinal: false };
  return { status: 200, faults: [...faults, ...(type.startsWith(wanted) ? [] : [`the type is ${type}`])], answer, error };
};
