import type { TE } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { Received } from '../pipeline/exchange.ts';
import type { ErrorReplies } from '../ports/dialect.ts';
import type { Reply } from '../ports/reply.ts';
import type { BodyKind } from './check-media-type.ts';
import type { RequestHead } from './request-head.ts';

/** What a route knows of a request beside `Received`. */
export type Target = RequestHead & {
  /** What the path holds in place of the pattern's `{id}`; '' where the pattern has none. */
  readonly id: string;
  /** How its door shows errors. */
  readonly errors: ErrorReplies;
};

/** Answers one request. A Left is rendered by the errors of its door; what it throws becomes a Defect. */
export type Handler = (received: Received, target: Target) => TE.TaskEither<ProxyError, Reply>;

/** One line of the table of everything that the service answers. What is not in the table is refused. */
export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Without `/v1`: `/chat/completions`, or `/models/{id}` where the id is all the rest, slashes and all. */
  readonly pattern: string;
  readonly handle: Handler;
  /** What its body may be: JSON unless told. */
  readonly accepts?: BodyKind;
  /** True where clients send the password as `?key=`. */
  readonly keyInQuery?: boolean;
  /** True where clients present several, of which one right one is enough. */
  readonly takesAnyCredential?: boolean;
  /** True where the access line is for debugging only. */
  readonly quiet?: boolean;
};
