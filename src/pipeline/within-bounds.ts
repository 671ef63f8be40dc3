import type { CallBody } from '../gemini/call-body.ts';
import type { GeminiCall } from '../gemini/request.ts';
import { E } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import { bytesOf } from './effort.ts';
import type { Planned } from './exchange.ts';

/** How much one body may be, and how much the request itself was. */
export type SentBounds = Pick<Planned, 'mostSent' | 'bodyBytes'>;

/** In Gemini's words a request is somewhat longer: texts of data: URLs go up as base64. */
const growth = 2;

/**
 * A call's body where it may be sent so often as the call says; it is null where it was too much to be written. Copies
 * of what the caller sent are its own, as many as it asks for. What it only refers to (pictures by address, items that
 * are kept) counts in each copy: else a request of 5 KB could send 400 MB.
 */
export const withinBounds = <Body extends CallBody>(
  body: Body | null,
  { copies }: Pick<GeminiCall, 'copies'>,
  { mostSent, bodyBytes }: SentBounds,
): E.Either<ProxyError, Body> => {
  const bytes = body === null ? Infinity : bytesOf(body);
  const most = Math.max(mostSent, copies * growth * bodyBytes);
  if (body !== null && bytes <= mostSent && bytes * copies <= most) return E.right(body);
  return E.left({ tag: 'TooMuchSent', mostBytes: mostSent, param: bytes <= mostSent ? 'n' : null });
};
