import { queryUp } from './native-query.ts';

const urlOf = (text: string, base?: string): URL | null => {
  try {
    return new URL(text, base);
  } catch {
    return null;
  }
};

const isGoogles = (url: URL, upstream: string): boolean =>
  url.origin === new URL(upstream).origin || (url.protocol === 'https:' && url.hostname.endsWith('.googleapis.com'));

/**
 * Where the bytes of an upload go, as Google said: on its own hosts alone, and without the key that it may have put
 * there. Null for any other address.
 */
export const uploadAddress =
  (upstream: string) =>
  (address: string): { readonly origin: string; readonly path: string } | null => {
    const url = urlOf(address);
    if (url === null || !isGoogles(url, upstream) || url.username !== '' || url.password !== '') return null;
    url.searchParams.delete('key');
    return { origin: url.origin, path: `${url.pathname}${url.search}` };
  };

/** Our own address of an upload: its id is the permit, so it holds neither key nor password. */
export const uploadLink = (base: string, path: string, id: string): string =>
  `${base}${path}?upload_id=${id}&upload_protocol=resumable`;

/** An address of Google's in an answer's head, as it is here; null where it leads elsewhere. */
export const addressDown =
  (upstream: string) =>
  (address: string, base: string): string | null => {
    const url = urlOf(address, upstream);
    if (url === null || !isGoogles(url, upstream)) return null;
    const query = queryUp(url.search.slice(1));
    return `${base}${url.pathname}${query === '' ? '' : `?${query}`}`;
  };
