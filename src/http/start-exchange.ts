import type { IncomingMessage, ServerResponse } from 'node:http';
import { E, type TE } from '../kernel/fp.ts';
import { caught, type ProxyError } from '../kernel/proxy-error.ts';
import type { AccessFacts } from '../pipeline/exchange.ts';
import type { Headers, Reply } from '../ports/reply.ts';
import { logAccess, nothingNoted, type Access, type NotedFacts } from './access-log.ts';
import { callerAddress } from './caller-address.ts';
import { preflightHeaders } from './cors.ts';
import type { Knock } from './door.ts';
import { exchangeLifetime, type Lifetime } from './lifetime.ts';
import type { Leave } from './leave-together.ts';
import type { MemoryBudget } from './memory-budget.ts';
import { originOf } from './origin.ts';
import type { BodyLimits, BodyProgress } from './read-body.ts';
import { receiveRequest } from './receive.ts';
import type { Outlet } from './outlet.ts';
import { sendReply } from './send-reply.ts';
import { pathAndQuery, requestHead } from './request-head.ts';
import type { Route } from './route.ts';
import type { OpenDoor } from './router.ts';
import type { ServerSettings, Site } from './site.ts';
import { unlessAborted } from './unless-aborted.ts';

/** What the caller expects before it sends its body: nothing, `100 Continue`, or something that nobody knows. */
export type Expectation = 'nothing' | 'continue' | 'unknown';

/** What answering a request needs of the server. */
export type ExchangeNeeds = {
  readonly site: Site;
  readonly settings: ServerSettings;
  readonly limits: BodyLimits;
  readonly memory: MemoryBudget;
  readonly chooseDoor: (knock: Knock) => OpenDoor;
  /** True once the server stops: answers then close their connection. */
  readonly isStopping: () => boolean;
  readonly leave: Leave;
};

/** One request on its way. `route`, `address` and `facts` become known as it goes. */
type Exchange = {
  readonly requestId: string;
  readonly startedAt: number;
  readonly bytesBefore: number;
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  /** What is asked for. */
  readonly knock: Knock;
  readonly door: OpenDoor;
  readonly life: Lifetime;
  readonly progress: BodyProgress;
  readonly askForBody: () => void;
  /** `isMalformed`: what stands in front may read this request, and those behind it, differently. */
  readonly known: { route: Route | null; address: string | null; facts: NotedFacts; isMalformed: boolean };
};

const defaultReaderTimeoutMs = 60_000;

const closing: Headers = { connection: 'close' };

const ignore = (): void => undefined;

/** The error itself: the log tells its name, code and stack, and leaves out the message, which may quote a body. */
const logDefect = ({ log }: Site, requestId: string, cause: unknown): void =>
  log('error', 'defect', {
    requestId,
    error: cause instanceof Error ? cause : { thrown: cause === null ? 'null' : typeof cause },
  });

/** A request as Node's server gives it. */
type Arrived = {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly expectation: Expectation;
};

const knockOf = ({ url = '/', method = 'GET', headers }: IncomingMessage): Knock => {
  const [path, query] = pathAndQuery(url);
  return { method, path, query, hasHeader: (name) => headers[name] !== undefined };
};

const beginExchange = ({ site, chooseDoor }: ExchangeNeeds, { message, response, expectation }: Arrived): Exchange => {
  const knock = knockOf(message);
  const requestId = site.newRequestId();
  const progress = { isHeldBack: expectation !== 'nothing', isTaken: false };
  return {
    requestId,
    startedAt: site.now(),
    bytesBefore: message.socket.bytesWritten,
    message,
    response,
    knock,
    door: chooseDoor(knock),
    life: exchangeLifetime(response, message.socket, (cause) => logDefect(site, requestId, cause)),
    progress,
    askForBody: () => {
      if (progress.isHeldBack) response.writeContinue();
      progress.isHeldBack = false;
    },
    known: { route: null, address: null, facts: nothingNoted(), isMalformed: false },
  };
};

const tellEnd = (
  { site }: ExchangeNeeds,
  { requestId, startedAt, bytesBefore, message, response, life, known }: Exchange,
): void => {
  const ended: Access = {
    requestId,
    method: message.method ?? 'GET',
    route: known.route?.pattern ?? null,
    status: response.headersSent ? response.statusCode : null,
    milliseconds: site.now() - startedAt,
    bytes: message.socket.bytesWritten - bytesBefore,
    address: known.address,
    clientGone: !life.isWhole(),
    quiet: known.route?.quiet === true,
    facts: known.facts,
  };
  site.countRequest(ended);
  logAccess(site.log, ended);
};

const preflightReply = ({ headers }: IncomingMessage): Reply => ({
  kind: 'whole',
  status: 204,
  headers: preflightHeaders(headers['access-control-request-headers'] ?? null),
  body: '',
});

const handleRequest = (needs: ExchangeNeeds, exchange: Exchange): TE.Outcome<ProxyError, Reply> => {
  const { message, knock, known, door, life, requestId, progress, askForBody } = exchange;
  const method = message.method ?? 'GET';
  const head = requestHead(message, knock);
  known.isMalformed = E.isLeft(head);
  if (E.isLeft(head)) return head;
  const address = callerAddress(head.right, needs.settings.trustProxyHops);
  known.address = address;
  const origin = originOf(head.right, needs.settings.trustProxyHops);
  if (method === 'OPTIONS') return E.right(preflightReply(message));
  const found = door.findRoute(method, head.right.path);
  if (E.isLeft(found)) return found;
  const { route, id } = found.right;
  known.route = route;
  const note = (facts: Partial<AccessFacts>): void => {
    Object.assign(known.facts, facts);
  };
  const memory = needs.memory.open(needs.site.groupAddress(address));
  life.onEnd(memory.close);
  const received = receiveRequest(
    { requestId, message, head: head.right, address, origin, life, progress, askForBody, memory, note },
    route,
    needs.limits,
  );
  const { path, query, header, peer, forwarded } = head.right;
  return route.handle(received, { path, query, header, peer, forwarded, id, errors: door.errors(requestId) })();
};

const renderError = (site: Site, exchange: Exchange, error: ProxyError): Reply => {
  const { known, door, requestId } = exchange;
  known.facts.error ??= error.tag;
  if (error.tag === 'Defect') logDefect(site, requestId, error.cause);
  return door.errors(requestId).whole(error);
};

const outletOf = ({ site, settings, isStopping, leave }: ExchangeNeeds, exchange: Exchange): Outlet => {
  const { message, response, requestId, startedAt, known, progress, door } = exchange;
  return {
    message,
    response,
    headers: () => {
      const own = door.headers(requestId, site.now() - startedAt);
      const common = door.commonHeaders(message.headers.origin ?? null);
      return isStopping() || known.isMalformed ? [own, common, closing] : [own, common];
    },
    readerTimeoutMs: settings.readerTimeoutMs ?? defaultReaderTimeoutMs,
    progress,
    startedAt,
    now: site.now,
    wait: site.wait,
    leave,
    noteFailure: (cause) => {
      const error = caught(cause);
      known.facts.error ??= error.tag;
      if (error.tag === 'Defect') logDefect(site, requestId, error.cause);
      return error;
    },
  };
};

/** Runs what sends a reply; what it throws or rejects with goes to `onFailure`. */
const send = (run: () => Promise<unknown> | null, onFailure: (cause: unknown) => void): void => {
  try {
    run()?.catch(onFailure);
  } catch (cause) {
    onFailure(cause);
  }
};

/** Sends the error that came of sending an answer. Made apart from that, which it would hold for as long as it is sent. */
const sendError = (needs: ExchangeNeeds, exchange: Exchange, outlet: Outlet) => (cause: unknown): void => {
  const { site } = needs;
  const { response, requestId } = exchange;
  const giveUp = (another: unknown): void => {
    logDefect(site, requestId, another);
    response.destroy();
  };
  send(() => {
    const reply = renderError(site, exchange, caught(cause));
    if (!response.headersSent) return sendReply(reply, outlet);
    response.destroy();
    return null;
  }, giveUp);
};

const sendAnswer = (needs: ExchangeNeeds, exchange: Exchange, result: E.Either<ProxyError, Reply>): void => {
  const outlet = outletOf(needs, exchange);
  send(
    () => sendReply(E.isRight(result) ? result.right : renderError(needs.site, exchange, result.left), outlet),
    sendError(needs, exchange, outlet),
  );
};

const refuseExpectation = ({ door, requestId }: Exchange): E.Either<ProxyError, Reply> =>
  E.right(door.errors(requestId).whole({ tag: 'UnknownExpectation' }));

/**
 * Answers one request, whatever happens: nothing escapes from here. Gives back the exchange's lifetime, by which the
 * server can end it.
 */
export const startExchange = (needs: ExchangeNeeds, arrived: Arrived): Lifetime => {
  const exchange = beginExchange(needs, arrived);
  const { life, message, response } = exchange;
  // A request without a listener for its errors tells nobody of them (`onError` in Node's _http_incoming.js).
  response.on('error', ignore);
  // One of some kind: Node gives a request another shape with its first listener (code for both: 20 functions less
  // that V8 throws away when the first body comes in two reads).
  message.on('aborted', ignore);
  life.onEnd(() => tellEnd(needs, exchange));
  const isStrange = arrived.expectation === 'unknown';
  const answer = () => (isStrange ? refuseExpectation(exchange) : handleRequest(needs, exchange));
  unlessAborted(answer, life.signal, (result) => sendAnswer(needs, exchange, result));
  return life;
};
