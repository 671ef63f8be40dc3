import type { Headers } from '../ports/reply.ts';

/** CORS_ORIGINS: any origin, or those of a list like `https://chat.example.com`. */
export type CorsOrigins = '*' | readonly string[];

const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';
const usualHeaders = 'authorization, content-type';
/** Browsers keep a preflight's answer for two hours at most (Chromium). */
const maxAgeSeconds = '7200';

const isHeaderList = (text: string): boolean => text.length <= 2048 && /^[\w!#$%&'*+.^`|~, -]+$/.test(text);

/**
 * The headers that let a browser page read an answer, also an error, and of its headers those that are listed. Never
 * with credentials: we know no cookies.
 */
export const corsHeaders = (origins: CorsOrigins, origin: string | null, readable: readonly string[] = []): Headers => {
  const exposed = readable.join(', ');
  if (origins === '*') return { 'access-control-allow-origin': '*', 'access-control-expose-headers': exposed };
  if (origin === null || !origins.includes(origin)) return { vary: 'origin' };
  return { 'access-control-allow-origin': origin, 'access-control-expose-headers': exposed, vary: 'origin' };
};

/** What a preflight is told: whichever headers it asks for may be sent, if they are header names at all. */
export const preflightHeaders = (requestedHeaders: string | null): Headers => ({
  'access-control-allow-methods': methods,
  'access-control-allow-headers':
    requestedHeaders !== null && isHeaderList(requestedHeaders) ? requestedHeaders : usualHeaders,
  'access-control-max-age': maxAgeSeconds,
});
