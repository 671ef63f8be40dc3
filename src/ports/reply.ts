import type { ProxyError } from '../kernel/proxy-error.ts';
import { holdsMore } from '../kernel/holds-more.ts';
import type { Items } from '../kernel/ready-stream.ts';
import { jsonText } from '../kernel/well-formed.ts';
import { exactJson, writtenText } from '../gemini/exact-json.ts';
import type { ByteSource } from './byte-source.ts';

/** Headers by their lower-case names. */
export type Headers = Readonly<Record<string, string>>;

/** An answer that is known before its first byte goes out. */
export type Whole = {
  readonly kind: 'whole';
  readonly status: number;
  readonly headers: Headers;
  readonly body: string | Uint8Array;
  /** What a large JSON body is written from, in pieces (`pipeline/write-large.ts`). */
  readonly value?: unknown;
  /** How objects in it were written, where that is kept (`gemini/exact-json.ts`). */
  readonly written?: (object: object) => string | undefined;
  /** What a text is written from, some at a time (`pipeline/write-large.ts`). */
  readonly texts?: () => Iterable<string>;
  /** A large body in pieces, none of them empty; `body` is then empty. */
  readonly pieces?: readonly Uint8Array[];
  /** Called once the system has taken all of `body`, whose bytes may then be written anew; mostly, not always. */
  readonly taken?: () => void;
  /** What stands behind the status in HTTP/1.1 (`headerText`); the status' own name unless told. */
  readonly reason?: string;
};

/** A stream: each piece of `tail` leaves in one write. A failure is already a frame in it. */
export type Streamed = {
  readonly kind: 'streamed';
  readonly status: number;
  readonly headers: Headers;
  /** It throws what nobody foresaw, for the log, and where nothing within it can tell the reader (`fail`). */
  readonly tail: Items<string | Uint8Array>;
  /** The frame for what `tail` threw; null where a length was promised: the connection is then cut. */
  readonly fail: ((error: ProxyError) => string) | null;
  /** What to write when nothing has gone out for so long; 0 = never. It may depend on what has gone out. */
  readonly heartbeat: { readonly text: () => string; readonly afterMs: number };
};

/** All that is left of a stream, and what is to be told once it has been taken. */
export type Written = Pick<Whole, 'body' | 'taken'>;

/** What is behind the first text of a stream: all of it, or how it goes on. */
export type BehindText = Written | Pick<Streamed, 'tail'>;

/**
 * A stream all of which is there: its first text leaves at once, in a write of its own, and what is behind it is made
 * only then. `rest` is asked for once, and never throws.
 */
export type Begun = Omit<Streamed, 'kind' | 'tail'> & {
  readonly kind: 'begun';
  readonly text: string;
  readonly rest: () => BehindText | Promise<BehindText>;
};

/** An answer whose bytes pass as they come: no iterator, and nothing held but what waits for its reader. */
export type Passed = {
  readonly kind: 'passed';
  readonly status: number;
  readonly headers: Headers;
  readonly body: ByteSource;
  /** What tells a failure behind what has gone out; null where nothing can: the connection is then cut. */
  readonly fail: (error: ProxyError) => string | null;
  /** As in a stream; '' where nothing may stand now. */
  readonly heartbeat: { readonly text: () => string; readonly afterMs: number };
};

/** An answer as data; `http/reply.ts` alone writes it to a socket. */
export type Reply = Whole | Streamed | Begun | Passed;

const jsonHeaders: Headers = { 'content-type': 'application/json; charset=utf-8' };

/** A good JSON answer that is written already. */
export const jsonWhole = (body: string | Uint8Array): Whole => ({
  kind: 'whole',
  status: 200,
  headers: jsonHeaders,
  body,
});

/** A whole JSON answer. */
export const json = (status: number, value: unknown, headers?: Headers): Whole => ({
  kind: 'whole',
  status,
  headers: headers === undefined ? jsonHeaders : { ...jsonHeaders, ...headers },
  body: jsonText(value),
});

/** Characters and values of a body that is written in one go at most. */
const mostAtOnce = 65_536;

const largeAnswer = (value: unknown, write: (value: unknown) => string, more: Pick<Whole, 'written'> = {}): Whole => ({
  kind: 'whole',
  status: 200,
  headers: jsonHeaders,
  value,
  ...more,
  get body() {
    return write(value);
  },
});

/**
 * A good JSON answer of whatever size; a large one is written in one go only where its body is looked at. (Not small
 * ones too: an object with a getter of its own has a shape of its own, which holds on to all of the answer until the
 * next full collection. 28 µs of a short chat.)
 */
export const jsonAnswer = (value: unknown): Whole =>
  holdsMore(value, mostAtOnce) ? largeAnswer(value, jsonText) : json(200, value);

/** The same, where somebody else's JSON stands in it as it was written. */
export const exactAnswer = (value: unknown): Whole =>
  holdsMore(value, mostAtOnce)
    ? largeAnswer(value, exactJson, { written: writtenText })
    : jsonWhole(exactJson(value));

/** A text that is written some at a time where it is sent, and in one go where its body is looked at. */
export const textInSteps = (headers: Headers, texts: () => Iterable<string>): Whole => ({
  kind: 'whole',
  status: 200,
  headers,
  texts,
  get body() {
    return [...texts()].join('');
  },
});
