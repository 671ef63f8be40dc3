import type { HeaderList } from '../ports/passing-on.ts';
import type { Headers } from '../ports/reply.ts';

/**
 * What goes up, and nothing else: no credential, no cookie, no trace of who asks or from where, and not the id of an
 * installation, which would tie all keys together (gemini-cli's x-gemini-api-privileged-user-id).
 */
const up: readonly string[] = [
  'content-type',
  'accept',
  'x-goog-api-client',
  'x-server-timeout',
  'range',
  'if-none-match',
];

/** With those of uploads, of both protocols. */
const upInUploads: readonly string[] = [
  ...up,
  'content-range',
  'x-upload-content-type',
  'x-upload-content-length',
  ...['protocol', 'command', 'offset', 'file-name', 'raw-size', 'content-type', 'content-length'].map(
    (name) => `x-goog-upload-${name}`,
  ),
  ...['content-type', 'content-length'].map((name) => `x-goog-upload-header-${name}`),
];

/** The headers of a request as they go up. */
export const headersUp = (header: (name: string) => string | null, isUpload: boolean): HeaderList => {
  const headers = ['user-agent', 'Pollux', 'accept-encoding', 'identity'];
  for (const name of isUpload ? upInUploads : up) {
    const value = header(name);
    if (value !== null) headers.push(name, value);
  }
  return headers;
};

/** Of answers: what is between two hops, or speaks of Google's front end and its rules for browsers. Nobody reads it. */
export const unreadHeaders: ReadonlySet<string> = new Set([
  'connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer', 'transfer-encoding',
  'upgrade', 'proxy-connection', 'set-cookie', 'set-cookie2', 'alt-svc', 'strict-transport-security', 'server',
  'via', 'nel', 'report-to', 'reporting-endpoints', 'content-security-policy', 'server-timing', 'vary',
  'content-security-policy-report-only', 'x-goog-upload-control-url', 'www-authenticate', 'x-content-type-options',
  'x-frame-options', 'x-xss-protection', 'date', 'x-request-id', 'pragma', 'expires',
  'content-location', 'link', 'x-goog-user-project', 'x-guploader-uploadid',
]);

/** With what is read, and does not go down as it is: it speaks of the owner's uploads. */
const down: ReadonlySet<string> = new Set([...unreadHeaders, 'location', 'x-goog-upload-url']);

/** Heartbeats and an error may stand in a stream, so that its length is not known. */
const downInStreams: ReadonlySet<string> = new Set([...down, 'content-length']);

/** The headers of an answer as they go down; what is rewritten (an upload's address) is put in by who does it. */
export const headersDown = (headers: Headers, isStream = false): Headers => {
  const dropped = isStream ? downInStreams : down;
  const staysUp = (name: string): boolean => dropped.has(name) || name.startsWith('access-control-');
  for (const name in headers)
    if (staysUp(name)) return Object.fromEntries(Object.entries(headers).filter(([each]) => !staysUp(each)));
  return headers;
};

/** What pages of another origin may read of an answer's headers. */
export const nativeReadableHeaders: readonly string[] = [
  'x-goog-upload-url', 'x-goog-upload-status', 'x-goog-upload-size-received', 'x-goog-upload-chunk-granularity',
  'retry-after', 'x-request-id', 'content-range', 'content-disposition', 'etag', 'x-gemini-service-tier',
];
