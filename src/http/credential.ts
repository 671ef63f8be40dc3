import { secret, type Secret } from '../kernel/secret.ts';
import type { RequestHead } from './request-head.ts';

const afterBearer = (value: string): string => {
  const text = value.trim();
  const scheme = text.slice(0, 7).toLowerCase();
  if (scheme === 'bearer' || scheme.startsWith('bearer ')) return text.slice(7).trim();
  return scheme.startsWith('basic ') ? '' : text;
};

/**
 * What the caller presents as password, from every place where clients put it: `Authorization: Bearer`, or
 * Authorization with the bare password; `x-api-key`; `api-key`; `x-goog-api-key`; and `?key=` where a route takes it.
 * The first of them that holds anything counts, also when another one differs.
 */
export const readCredential = (
  { header, query }: Pick<RequestHead, 'header' | 'query'>,
  keyInQuery: boolean,
): Secret | null => {
  const places = [
    afterBearer(header('authorization') ?? ''),
    header('x-api-key'),
    header('api-key'),
    header('x-goog-api-key'),
    keyInQuery ? new URLSearchParams(query).get('key') : null,
  ];
  const found = places.map((value) => value?.trim() ?? '').find((value) => value !== '');
  return found === undefined ? null : secret(found);
};
