import type { IncomingMessage } from 'node:http';
import type { Caller } from '../ports/capabilities.ts';
import { allCredentials, readCredential } from './credential.ts';
import { fromOwnNetwork } from './own-network.ts';
import type { RequestHead } from './request-head.ts';
import type { Route } from './route.ts';

/** A request's head, as sent and as read, and the caller's address after TRUST_PROXY_HOPS. */
export type CallerSource = { readonly message: IncomingMessage; readonly head: RequestHead; readonly address: string };

/**
 * Who calls. Where from is looked at only when it is asked: one caller in many presents the default password. (Not by a
 * getter: an object with one of its own has a shape of its own, which holds on to the request until the next full
 * collection.) So are the other places for a password, where one right one is enough.
 */
export const callerOf = (
  { message, head, address }: CallerSource,
  { keyInQuery = false, takesAnyCredential = false }: Pick<Route, 'keyInQuery' | 'takesAnyCredential'>,
): Caller => ({
  address,
  credential: readCredential(head, keyInQuery),
  otherCredentials: takesAnyCredential ? () => allCredentials(head, keyInQuery) : null,
  isFromOwnNetwork: () => fromOwnNetwork({ peer: head.peer, rawHeaders: message.rawHeaders }),
});
