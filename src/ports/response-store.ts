import type { TE } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { WrittenText } from '../kernel/written-text.ts';
import type { Caller } from './capabilities.ts';
import type { Memory } from './memory.ts';

/** A kept response, read: all that a later request can ask for by its id, or by the id of an item. */
export type ResponseRecord = {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly created: number;
  /** The response that this one goes on from; null for none. */
  readonly previous: string | null;
  /** The request's own items, without those of earlier responses; as they were sent, so some may have no id. */
  readonly input: readonly unknown[];
  /** The response as it went out, `output` and all. */
  readonly response: Readonly<Record<string, unknown>>;
  /** How it was told in events, for those who want it told again. */
  readonly events?: readonly unknown[];
};

/** A finished response as it is handed over to be kept: what it is found by, and its record in JSON. */
export type FinishedResponse = Pick<ResponseRecord, 'id' | 'previous'> & {
  /** Ids of items that do not tell their response by themselves. Those that only refer to others have none. */
  readonly items: readonly string[];
  /** Written by `recordText`. */
  readonly text: WrittenText;
};

/** What a request refers to by id. */
export type ItemReferences = { readonly previous: string | null; readonly items: readonly string[] };

/** What is known of it: the items of all earlier turns, input and output, the oldest first; and single ones by id. */
export type RecalledItems = { readonly before: readonly unknown[]; readonly byId: ReadonlyMap<string, unknown> };

/** Why a response is not known here: the 400 that clients tell by its code, whoever else may have it. */
export const previousNotFound = (id: string): ProxyError => ({
  tag: 'InvalidRequest',
  message: `Previous response with id '${id.slice(0, 100)}' not found.`,
  param: 'previous_response_id',
  code: 'previous_response_not_found',
});

/** Why an item is not known here: OpenAI's own 404. */
export const itemNotFound = (id: string): ProxyError => ({
  tag: 'NotKept',
  message:
    `Item with id '${id.slice(0, 100)}' not found. Items are not persisted when \`store\` is set to false: send the ` +
    'item itself, or set `store` to true.',
  param: 'input',
});

/** Who asks for what is kept, and whose memory holds it then. */
export type Asker = { readonly caller: Caller; readonly memory: Memory };

/** Responses that are kept for those who made them. What is another caller's is as good as unknown. */
export type ResponseStore = {
  /**
   * Left where one of them is not known: a chain is told from its first turn, or not at all. What is read is reserved
   * in `memory`.
   */
  readonly recallItems: (references: ItemReferences, asker: Asker) => TE.TaskEither<ProxyError, RecalledItems>;
  /** The most of one response, bytes: what is longer is not kept. 0 where nothing is. */
  readonly mostBytesEach: number;
  /**
   * Keeps one, so that it is there for the next request: at once, or when what is returned has resolved. It never
   * fails.
   */
  readonly keepResponse: (finished: FinishedResponse, caller: Caller) => Promise<void> | undefined;
  /** Null where there is none. */
  readonly findResponse: (id: string, asker: Asker) => TE.TaskEither<ProxyError, ResponseRecord | null>;
  /** Forgets one, on disk too; false where there is none. */
  readonly removeResponse: (id: string, caller: Caller) => Promise<boolean>;
};
