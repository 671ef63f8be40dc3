import { STATUS_CODES } from 'node:http';
import { invalid, type ProxyError } from '../kernel/proxy-error.ts';
import type { ErrorReplies } from '../ports/dialect.ts';
import type { Whole } from '../ports/reply.ts';
import type { Door } from './door.ts';
import { houseHeaders } from './house-headers.ts';

type Answer = { readonly status: number; readonly error: ProxyError };

const malformedRequest = (message: string): ProxyError => invalid(message, null, 'invalid_value');

const answers: Readonly<Record<string, Answer>> = {
  HPE_HEADER_OVERFLOW: { status: 431, error: malformedRequest('The request headers are larger than 16 KiB.') },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: {
    status: 413,
    error: malformedRequest('The chunk extensions of the request body are too large.'),
  },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, error: malformedRequest('The request came too slowly.') },
};

const notHttp: Answer = { status: 400, error: malformedRequest('The request is not valid HTTP.') };

const codeOf = (cause: Error): string => ('code' in cause && typeof cause.code === 'string' ? cause.code : '');

/** Whose answer it is, and the id that it bears. */
export type Answerer = { readonly door: Door; readonly requestId: string };

const errorsOf = ({ door, requestId }: Answerer): ErrorReplies => door.errors(requestId);

const rawAnswer = (whole: Whole, { door, requestId }: Answerer): string => {
  const { status, headers: own, body, reason = STATUS_CODES[status] ?? '' } = whole;
  const headers = {
    ...door.headers(requestId, 0),
    ...houseHeaders,
    ...own,
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${reason}\r\n${lines.join('')}\r\n${Buffer.from(body).toString()}`;
};

/** The bytes that answer a request which Node's parser turned away, before there was a response to write to. */
export const clientErrorText = (cause: Error, answerer: Answerer): string => {
  const code = codeOf(cause);
  const { status, error } = (Object.hasOwn(answers, code) ? answers[code] : undefined) ?? notHttp;
  return rawAnswer({ ...errorsOf(answerer).whole(error), status }, answerer);
};

/** The bytes that answer a connection with an error, whatever was asked on it. */
export const errorText = (error: ProxyError, answerer: Answerer): string =>
  rawAnswer(errorsOf(answerer).whole(error), answerer);

/** The bytes that answer CONNECT: this is no tunnel. */
export const connectRefusedText = (answerer: Answerer): string =>
  errorText({ tag: 'MethodNotAllowed', method: 'CONNECT', allowed: ['GET', 'POST'] }, answerer);
