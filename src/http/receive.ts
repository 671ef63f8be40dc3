import type { IncomingMessage } from 'node:http';
import type { AccessFacts, Received } from '../pipeline/exchange.ts';
import type { Caller } from '../ports/capabilities.ts';
import { fromOwnNetwork } from './caller-address.ts';
import { credential } from './credential.ts';
import { originOf } from './origin.ts';
import type { Lifetime } from './lifetime.ts';
import { bodyReader, type BodyLimits } from './read-body.ts';
import type { RequestHead } from './request-head.ts';
import type { Route } from './route.ts';

/** One request as the server holds it before its route is known to the pipeline. */
export type Incoming = {
  readonly requestId: string;
  readonly message: IncomingMessage;
  readonly head: RequestHead;
  /** The caller's, after TRUST_PROXY_HOPS. */
  readonly address: string;
  readonly life: Lifetime;
  readonly askForBody: () => void;
  readonly note: (facts: Partial<AccessFacts>) => void;
};

/** Other headers of proxies: we do not believe them, but they tell that a caller may come from far. */
const otherTraces: readonly string[] = ['forwarded', 'x-real-ip', 'true-client-ip', 'cf-connecting-ip'];

const tracesOf = ({ header }: RequestHead): readonly string[] => otherTraces.flatMap((name) => header(name) ?? []);

const callerOf = ({ head, address }: Incoming, keyInQuery: boolean): Caller => ({
  address,
  credential: credential(head, keyInQuery),
  fromOwnNetwork: fromOwnNetwork({ peer: head.peer, forwarded: [...head.forwarded, ...tracesOf(head)] }),
});

/** Makes the pipeline's record of a request. Its body is not touched until `readBody` runs. */
export const receive = (incoming: Incoming, route: Route, limits: BodyLimits): Received => {
  const { requestId, message, head, life, askForBody, note } = incoming;
  const { signal, onEnd } = life;
  return {
    requestId,
    method: message.method ?? 'GET',
    path: head.path,
    caller: callerOf(incoming, route.keyInQuery === true),
    readBody: bodyReader({ message, header: head.header, accepts: route.accepts ?? 'json', signal, askForBody, onEnd }, limits),
    contentType: head.header('content-type'),
    origin: originOf(head),
    imageReplyFormat: head.header('x-image-reply-format'),
    signal,
    note,
    onEnd,
  };
};
