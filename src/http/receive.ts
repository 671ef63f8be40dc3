import type { IncomingMessage } from 'node:http';
import type { AccessFacts, Received } from '../pipeline/exchange.ts';
import { portionOf, type Memory } from '../ports/memory.ts';
import { callerOf } from './caller.ts';
import type { Lifetime } from './lifetime.ts';
import { bodyReader, pieceReader, type BodyLimits, type BodyProgress, type BodySource } from './read-body.ts';
import type { RequestHead } from './request-head.ts';
import type { Route } from './route.ts';
import { bodyStreamer } from './stream-body.ts';

/** One request as the server holds it before its route is known to the pipeline. */
export type Incoming = {
  readonly requestId: string;
  readonly message: IncomingMessage;
  readonly head: RequestHead;
  /** The caller's, after TRUST_PROXY_HOPS. */
  readonly address: string;
  /** `https://host` as the caller knows this service. */
  readonly origin: string;
  readonly life: Lifetime;
  readonly progress: BodyProgress;
  readonly askForBody: () => void;
  readonly memory: Memory;
  readonly note: (facts: Partial<AccessFacts>) => void;
};

/** What a request may refer to is as large as one may be, and so much more. */
const mostAdded = 32 * 1024 ** 2;

/** Makes the pipeline's record of a request. Its body is not touched until `readBody` runs. */
export const receiveRequest = (incoming: Incoming, route: Route, limits: BodyLimits): Received => {
  const { requestId, message, head, life, progress, askForBody, memory, note } = incoming;
  const { signal, onEnd } = life;
  const held = { request: portionOf(memory), answer: portionOf(memory) };
  const source: BodySource = {
    message,
    header: head.header,
    accepts: route.accepts ?? 'json',
    signal,
    progress,
    askForBody,
    memory: held.request,
  };
  return {
    requestId,
    method: message.method ?? 'GET',
    path: head.path,
    caller: callerOf(incoming, route),
    readBody: bodyReader(source, limits),
    readPieces: pieceReader(source, limits),
    streamBody: bodyStreamer(source, limits),
    held,
    mostSent: limits.mostBytes + mostAdded,
    contentType: head.header('content-type'),
    origin: incoming.origin,
    imageReplyFormat: head.header('x-image-reply-format'),
    originator: head.header('originator'),
    signal,
    note,
    onEnd,
  };
};
