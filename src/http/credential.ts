import { secret, type Secret } from '../kernel/secret.ts';
import type { RequestHead } from './request-head.ts';

const afterBearer = (value: string): string => {
  const text = value.trim();
  const scheme = text.slice(0, 7).toLowerCase();
  if (scheme === 'bearer' || scheme.startsWith('bearer ')) return text.slice(7).trim();
  return scheme.startsWith('basic ') ? '' : text;
};

const textOf = (value: string | null): string | null => {
  const text = value?.trim() ?? '';
  return text === '' ? null : text;
};

const ofAuthorization = (value: string | null): string | null => (value === null ? null : textOf(afterBearer(value)));

/** Clients add `?key=` also to an address that has a query already. */
const keyIn = (query: string): string | null => new URLSearchParams(query.replaceAll(/[?;]key=/g, '&key=')).get('key');

/**
 * What the caller presents as password, from every place where clients put it: `Authorization: Bearer`, or
 * Authorization with the bare password; `x-api-key`; `api-key`; `x-goog-api-key`; and `?key=` where a route takes it.
 * The first of them that holds anything counts, also when another one differs.
 */
export const readCredential = (
  { header, query }: Pick<RequestHead, 'header' | 'query'>,
  keyInQuery: boolean,
): Secret | null => {
  const found =
    ofAuthorization(header('authorization')) ??
    textOf(header('x-api-key')) ??
    textOf(header('api-key')) ??
    textOf(header('x-goog-api-key')) ??
    (keyInQuery ? textOf(keyIn(query)) : null);
  return found === null ? null : secret(found);
};

/** All that is presented, for APIs whose clients send two, of which one right one is enough. */
export const allCredentials = (
  { header, query }: Pick<RequestHead, 'header' | 'query'>,
  keyInQuery: boolean,
): readonly Secret[] => {
  const places = [
    afterBearer(header('authorization') ?? ''),
    header('x-api-key'),
    header('api-key'),
    header('x-goog-api-key'),
    keyInQuery ? keyIn(query) : null,
  ];
  return places.flatMap((value) => {
    const text = textOf(value);
    return text === null ? [] : [secret(text)];
  });
};
