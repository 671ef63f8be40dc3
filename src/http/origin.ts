import type { RequestHead } from './request-head.ts';

/** A host name or address, with a port at most. */
const isHost = (text: string): boolean => /^[\w.-]+(?::\d{1,5})?$|^\[[\da-f:.]+\](?::\d{1,5})?$/i.test(text);

/**
 * `https://host` as the caller wrote it: what a proxy in front noted, else the Host header. It is shown to the same
 * caller only, in links to pictures of its own answer, so it needs no trust; what is no host is left out.
 */
export const originOf = ({ header }: Pick<RequestHead, 'header'>): string => {
  const forwarded = header('x-forwarded-host')?.split(',')[0]?.trim() ?? '';
  const host = isHost(forwarded) ? forwarded : (header('host') ?? '');
  const isSecure = header('x-forwarded-proto')?.split(',')[0]?.trim().toLowerCase() === 'https';
  return isHost(host) ? `${isSecure ? 'https' : 'http'}://${host}` : '';
};
