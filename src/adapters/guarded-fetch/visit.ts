import type { Client, Dispatcher } from 'undici';
import { E, pipe } from '../../kernel/fp.ts';
import { caught } from '../../kernel/proxy-error.ts';
import { loadUndici } from '../undici.ts';
import { guardedConnect, type ConnectGuard } from './guarded-connect.ts';
import { readBytes, type Room } from './read-bytes.ts';
import { reasons, type Reason } from './reasons.ts';

type Answer = Dispatcher.ResponseData;

/** What an address holds, with the media type that its server gives it, or the address that it sends us on to. */
export type Found = { readonly location: string } | { readonly bytes: Buffer; readonly declared: string };

/** The guard of each connection, and how many bytes may be read. */
export type VisitNeeds = Omit<ConnectGuard, 'signal'> & { readonly mostBytes: number };

/** All that a host learns of us. */
const headers = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'Pollux' } as const;

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

const headerOf = (answer: Answer, name: string): string => {
  const value = answer.headers[name];
  return typeof value === 'string' ? value : (value?.[0] ?? '');
};

const foundIn = async (answer: Answer, room: Room): Promise<E.Either<Reason, Found>> => {
  const location = headerOf(answer, 'location');
  if (redirects.has(answer.statusCode) && location !== '') return E.right({ location });
  if (answer.statusCode !== 200) return E.left(reasons.status(answer.statusCode));
  const length = Number.parseInt(headerOf(answer, 'content-length'), 10);
  const incoming = { body: answer.body, encoding: headerOf(answer, 'content-encoding'), length };
  return pipe(
    await readBytes(incoming, room),
    E.map((bytes) => ({ bytes, declared: headerOf(answer, 'content-type') })),
  );
};

const readAnswer = async (answer: Answer, room: Room): Promise<E.Either<Reason, Found>> => {
  answer.body.on('error', () => undefined);
  try {
    return await foundIn(answer, room);
  } catch (cause) {
    if (caught(cause).tag !== 'Defect') throw cause;
    return E.left(reasons.broken);
  }
};

const isOfCertificate = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)/.test(String(cause.code));

const askHost = async (client: Client, { pathname, search }: URL): Promise<E.Either<Reason, Answer>> => {
  try {
    return E.right(await client.request({ method: 'GET', path: pathname + search, headers }));
  } catch (cause) {
    return E.left(isOfCertificate(cause) ? reasons.certificate : reasons.host);
  }
};

/** undici heeds an abort signal only once it is connected; `end` ends a connection that is being made, too. */
type Connection = { readonly client: Client; readonly end: () => void };

/** Until when a visit lasts, and who is asked before so many bytes are held. */
export type Visitor = Pick<Room, 'reserve'> & { readonly signal: AbortSignal };

/** Visits addresses that were checked (`targetOf`), one request each, with a guard on the connection. */
export type Visits = {
  /** Rejects with a `Thrown` when there is no memory for what was found. */
  readonly visit: (url: URL, visitor: Visitor) => Promise<E.Either<Reason, Found>>;
  /** Ends those under way. */
  readonly close: () => Promise<void>;
};

/** Each request has its own connection, never used again: all are checked, and a host leaves nothing behind. */
export const guardedVisits = ({ mostBytes, ...guard }: VisitNeeds): Visits => {
  const clients = new Set<Client>();
  const connection = (url: URL): Connection => {
    const over = new AbortController();
    const connect = guardedConnect({ ...guard, signal: over.signal });
    const client = new (loadUndici().Client)(url.origin, {
      connect,
      pipelining: 0,
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: 16_384,
    });
    clients.add(client);
    const end = (): void => {
      over.abort();
      clients.delete(client);
      void client.destroy();
    };
    return { client, end };
  };
  const visit: Visits['visit'] = async (url, { signal, reserve }) => {
    if (signal.aborted) return E.left(reasons.host);
    const { client, end } = connection(url);
    signal.addEventListener('abort', end, { once: true });
    try {
      const asked = await askHost(client, url);
      return E.isLeft(asked) ? asked : await readAnswer(asked.right, { mostBytes, reserve });
    } finally {
      signal.removeEventListener('abort', end);
      end();
    }
  };
  const close = async (): Promise<void> => {
    await Promise.all([...clients].map((client) => client.destroy()));
  };
  return { visit, close };
};
