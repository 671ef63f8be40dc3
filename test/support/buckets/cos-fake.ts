import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { startBucketServer, type Answer, type BucketServer, type Stored } from './bucket-server.ts';

/** The one account of the fake, and its one bucket. */
export const cosAccount = {
  secretId: 'test-tencent-secret-id',
  secretKey: 'test-tencent-secret-key',
  bucket: 'pictures-1250000000',
  region: 'ap-guangzhou',
} as const;

const cosHost = `${cosAccount.bucket}.cos.${cosAccount.region}.myqcloud.com`;

/** An error as COS writes it: https://cloud.tencent.com/document/product/436/7730. */
export const cosError = (status: number, code: string, message = code): Answer => ({
  status,
  headers: { 'content-type': 'application/xml', 'x-cos-request-id': 'test-request' },
  text: `<?xml version='1.0' encoding='utf-8' ?>\n<Error>\n\t<Code>${code}</Code>\n\t<Message>${message}</Message>\n\t<Resource>${cosHost}</Resource>\n\t<RequestId>test-request</RequestId>\n\t<TraceId>test-trace</TraceId>\n</Error>`,
});

/** Encodes all but letters, digits and `-_.~`. */
const encoded = (text: string): string => encodeURIComponent(text).replaceAll(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);

const hmac = (key: string, text: string): string => createHmac('sha1', key).update(text).digest('hex');

type Pairs = ReadonlyMap<string, string>;

/** `HttpParameters` and `HttpHeaders`: `name=value`, names in lower case and in order. */
const joined = (pairs: Pairs): string =>
  [...pairs]
    .map(([name, value]) => [encoded(name).toLowerCase(), encoded(value)] as const)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');

const fields = ['q-sign-algorithm', 'q-ak', 'q-sign-time', 'q-key-time', 'q-header-list', 'q-url-param-list', 'q-signature'] as const;
type Claim = Readonly<Record<(typeof fields)[number], string>>;

/** The header's seven fields in their order; null when one is missing or there are others. */
const claimOf = (authorization: string): Claim | null => {
  const pairs = authorization.split('&').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const);
  return pairs.map(([name]) => name).join() === fields.join() ? (Object.fromEntries(pairs) as Claim) : null;
};

/** The names that a list says are signed; null unless they are in lower case, in order, and all there. */
const signed = (list: string, present: Pairs): Pairs | null => {
  const names = list === '' ? [] : list.split(';');
  const isProper = names.every((name) => name === name.toLowerCase() && present.has(decodeURIComponent(name)));
  if (!isProper || names.join() !== names.toSorted().join()) return null;
  return new Map(names.map((name) => [name, present.get(decodeURIComponent(name)) ?? '']));
};

const timeFault = ({ 'q-sign-time': signTime, 'q-key-time': keyTime }: Claim): Answer | null => {
  const [, start, end] = /^(\d{10});(\d{10})$/.exec(keyTime) ?? [];
  if (start === undefined || signTime !== keyTime) return cosError(400, 'InvalidRequest', 'q-key-time is malformed');
  const now = Date.now() / 1000;
  if (now < Number(start) - 1) return cosError(403, 'RequestTimeTooSkewed');
  return now > Number(end) ? cosError(403, 'AccessDenied', 'Request has expired') : null;
};

/**
 * Checks the Authorization header in full: https://cloud.tencent.com/document/product/436/7778. Host must be signed, and
 * every parameter of the address.
 */
const signatureFault = (request: IncomingMessage, url: URL): Answer | null => {
  const claim = claimOf(request.headers.authorization ?? '');
  if (claim === null || claim['q-sign-algorithm'] !== 'sha1') return cosError(403, 'AccessDenied');
  if (claim['q-ak'] !== cosAccount.secretId) return cosError(403, 'InvalidAccessKeyId');
  const late = timeFault(claim);
  if (late !== null) return late;
  const parameters = new Map([...url.searchParams].map(([name, value]) => [name.toLowerCase(), value]));
  const headers = signed(claim['q-header-list'], new Map(Object.entries(request.headers).map(([name, value]) => [name, String(value)])));
  const signedParameters = signed(claim['q-url-param-list'], parameters);
  if (headers === null || !headers.has('host') || signedParameters?.size !== parameters.size) return cosError(403, 'SignatureDoesNotMatch');
  const httpString = `${(request.method ?? '').toLowerCase()}\n${decodeURIComponent(url.pathname)}\n${joined(signedParameters)}\n${joined(headers)}\n`;
  const stringToSign = `sha1\n${claim['q-sign-time']}\n${createHash('sha1').update(httpString).digest('hex')}\n`;
  const signature = hmac(hmac(cosAccount.secretKey, claim['q-key-time']), stringToSign);
  return signature === claim['q-signature'] ? null : cosError(403, 'SignatureDoesNotMatch');
};

/** PUT Object: https://cloud.tencent.com/document/product/436/7749. */
const upload = (request: IncomingMessage, body: Buffer, stored: Map<string, Stored>): Answer => {
  const url = new URL(request.url ?? '/', `http://${request.headers.host ?? ''}`);
  if (request.method !== 'PUT') return cosError(405, 'MethodNotAllowed');
  if (request.headers['content-length'] === undefined) return cosError(411, 'MissingContentLength');
  const fault = signatureFault(request, url);
  if (fault !== null) return fault;
  if (request.headers.host !== cosHost || url.host !== cosHost) return cosError(404, 'NoSuchBucket');
  stored.set(decodeURIComponent(url.pathname.slice(1)), { type: request.headers['content-type'] ?? '', bytes: body });
  const etag = `"${createHash('md5').update(body).digest('hex')}"`;
  return { status: 200, headers: { etag, 'x-cos-request-id': 'test-request', 'x-cos-hash-crc64ecma': '0' }, text: '' };
};

/** COS on this machine, to be reached as an HTTP proxy: so the Host that was signed is the one of production. */
export const startCosFake = (): Promise<BucketServer> => startBucketServer({ lookup: () => null, upload });
