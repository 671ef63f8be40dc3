import type { ByteRange } from '../ports/images.ts';

/** What a Range header asks of something `size` bytes long; 'whole' also for what we don't do: RFC 9110 lets us. */
export type Asked = ByteRange | 'whole' | 'outside';

const oneRange = /^bytes=(\d{0,15})-(\d{0,15})$/i;

/**
 * Reads one range: `bytes=0-99`, `bytes=100-`, `bytes=-100`. Several at once, and nonsense, are the whole (RFC 9110
 * §14).
 */
export const byteRange = (header: string | null, size: number): Asked => {
  const [, first = '', last = ''] = oneRange.exec(header?.replaceAll(' ', '') ?? '') ?? [];
  if (first === '' && last === '') return 'whole';
  if (first === '')
    return last === '' || Number(last) === 0 ? 'outside' : { start: Math.max(0, size - Number(last)), end: size - 1 };
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < start) return 'whole';
  return start >= size ? 'outside' : { start, end };
};

/** True when If-None-Match names this ETag, weakly compared (RFC 9110 §13.1.2). */
export const isNamed = (ifNoneMatch: string | null, etag: string): boolean =>
  (ifNoneMatch ?? '').split(',').some((tag) => ['*', etag, `W/${etag}`].includes(tag.trim()));
