import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';
import { answerGoogle } from './google-routes.ts';

/** One request as the fake got it. */
export type Got = {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  readonly key: string;
  body: Buffer;
  isGone: boolean;
};

/** What one key has made. */
export type Shelf = Map<string, Record<string, unknown>>;

/** An answer that a test gives instead of the usual one; null for the usual. */
export type Instead = (got: Got, response: ServerResponse) => boolean | Promise<boolean>;

/** A Google of one's own: each key has its own things, and those of another are not there. */
export type GoogleFake = {
  readonly url: string;
  readonly got: readonly Got[];
  readonly shelfOf: (key: string) => Shelf;
  /** Tried for every request, the newest first. */
  readonly instead: (answer: Instead) => void;
  readonly clear: () => void;
  /** Requests that were no check of a key at the start. */
  readonly asked: () => readonly Got[];
};

/** What the fake's routes work with. */
export type Google = {
  readonly url: () => string;
  readonly shelfOf: (key: string) => Shelf;
  readonly uploads: Map<string, { readonly key: string; readonly pieces: Buffer[]; readonly file: Record<string, unknown> }>;
  readonly nextId: () => string;
};

/** The value of a header, by its lower-case name. */
export const headerOf = ({ rawHeaders }: Pick<Got, 'rawHeaders'>, name: string): string | undefined => {
  const at = rawHeaders.findIndex((each, index) => index % 2 === 0 && each.toLowerCase() === name);
  return at < 0 ? undefined : rawHeaders[at + 1];
};

const readGot = (request: IncomingMessage): Got => {
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const { rawHeaders, method = '' } = request;
  return { method, path, query, rawHeaders, key: headerOf({ rawHeaders }, 'x-goog-api-key') ?? '', body: Buffer.alloc(0), isGone: false };
};

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
};

/** Starts one that is closed with the test. */
export const googleFake = async (t: Test): Promise<GoogleFake> => {
  const got: Got[] = [];
  const others: Instead[] = [];
  const shelves = new Map<string, Shelf>();
  const shelfOf = (key: string): Shelf => {
    const shelf = shelves.get(key) ?? new Map<string, Record<string, unknown>>();
    shelves.set(key, shelf);
    return shelf;
  };
  let ids = 0;
  const google: Google = {
    url: () => url,
    shelfOf,
    uploads: new Map(),
    nextId: () => `made${String((ids += 1)).padStart(4, '0')}`,
  };
  const server = createServer((request, response) => {
    const one = readGot(request);
    got.push(one);
    response.on('close', () => {
      one.isGone = !response.writableFinished;
    });
    const answer = async (): Promise<void> => {
      one.body = await bodyOf(request);
      for (const other of others.toReversed()) if (await other(one, response)) return;
      await answerGoogle(google, one, response);
    };
    answer().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    got,
    shelfOf,
    instead: (answer) => others.push(answer),
    clear: () => {
      others.length = 0;
      got.length = 0;
    },
    asked: () => got.filter(({ path, query }) => !(path === '/v1beta/models' && (query === 'pageSize=1' || query.startsWith('pageSize=1000')))),
  };
};
