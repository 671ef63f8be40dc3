import { E } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { RequestHead } from './request-head.ts';

const unsupportedMedia = (message: string): E.Either<ProxyError, void> => E.left({ tag: 'UnsupportedMedia', message });

const isJson = (type: string): boolean =>
  type === '' || type === 'application/json' || /^(?:text\/json|application\/(?:x-json|[\w.-]+\+json))$/.test(type);

const charsetOf = (parameters: string): string => /charset\s*=\s*"?([\w-]+)/.exec(parameters)?.[1] ?? 'utf-8';

/** As nearly all send it. */
const isPlainJson = (header: RequestHead['header']): boolean =>
  header('content-type') === 'application/json' &&
  header('content-encoding') === null &&
  header('transfer-encoding') === null;

/** What a route takes: JSON, a multipart form, either of them, or any bytes. */
export type BodyKind = 'json' | 'multipart' | 'either' | 'bytes';

/**
 * Whether a body of this kind is taken. JSON: application/json and its older names, application/…+json, or nothing
 * said. Not text/plain and forms, the kinds that a web page may send elsewhere without asking first. No compression: a
 * small body could unfold into a huge one.
 */
export const checkMediaType = (header: RequestHead['header'], accepts: BodyKind): E.Either<ProxyError, void> => {
  if (accepts !== 'multipart' && isPlainJson(header)) return E.right(undefined);
  const codings = [header('content-encoding') ?? '', header('transfer-encoding') ?? ''].map((value) =>
    value.trim().toLowerCase(),
  );
  if (codings.some((coding) => !['', 'identity', 'chunked'].includes(coding)))
    return unsupportedMedia('Send the body without compression (content-encoding: identity).');
  if (accepts === 'bytes') return E.right(undefined);
  const [type = '', ...parameters] = (header('content-type') ?? '').toLowerCase().split(';');
  if (accepts !== 'json' && type.trim() === 'multipart/form-data') return E.right(undefined);
  if (accepts === 'multipart') return unsupportedMedia('Send the body as multipart/form-data.');
  if (!isJson(type.trim())) {
    const orForm = accepts === 'either' ? ', or as multipart/form-data' : '';
    return unsupportedMedia(`Send the body as JSON, with the header content-type: application/json${orForm}.`);
  }
  const isUtf8 = ['utf-8', 'utf8', 'us-ascii'].includes(charsetOf(parameters.join(';')));
  return isUtf8 ? E.right(undefined) : unsupportedMedia('Send the body as UTF-8.');
};
