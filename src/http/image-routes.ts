import { TE, pipe } from '../kernel/fp.ts';
import { invalid } from '../kernel/proxy-error.ts';
import type { CheckImageLink, FindImage, ImageLinkVerdict, ServedImage } from '../ports/images.ts';
import type { Headers, Reply } from '../ports/reply.ts';
import { byteRange, isNamed } from './byte-range.ts';
import type { Handler, Route, Target } from './route.ts';

/** How a picture is found, and how its link is judged. */
export type ImageRouteNeeds = { readonly findImage: FindImage; readonly checkLink: CheckImageLink };

type Opened = Extract<ImageLinkVerdict, { readonly mayOpen: true }>;

const yearSeconds = 31_536_000;

/**
 * What stands at a name never changes. A link that ends is for its reader's own cache alone, and no longer than itself.
 */
const cacheControl = ({ forSeconds }: Opened): string =>
  forSeconds === null
    ? `public, max-age=${yearSeconds}, immutable`
    : `private, max-age=${Math.min(forSeconds, yearSeconds)}, immutable`;

/** A picture opened as a page of its own may do nothing, and any page may show it. */
const headersOf = ({ etag }: ServedImage, link: Opened): Headers => ({
  etag,
  'cache-control': cacheControl(link),
  'accept-ranges': 'bytes',
  'content-security-policy': "default-src 'none'; sandbox",
  'cross-origin-resource-policy': 'cross-origin',
  'x-content-type-options': 'nosniff',
});

type Failed = { readonly status: number; readonly message: string; readonly headers?: Headers };

const failedReply = ({ errors }: Target, { status, message, headers = {} }: Failed): Reply => {
  const reply = errors.whole(invalid(message, null));
  return { ...reply, status, headers: { ...reply.headers, ...headers } };
};

/**
 * What a picture holds on its way: a piece of 128 KiB as it was read, and as it is written. Slow readers can be many.
 */
const heldBytes = 256 * 1024;

const noPicture: Failed = { status: 404, message: 'There is no such picture: it is gone, or its link has ended.' };

/** If-Range must name the ETag, or the picture is another one and comes whole (RFC 9110 §13.1.5). */
const wantedRange = ({ header }: Target, method: string, { etag }: ServedImage): string | null =>
  method === 'GET' && [null, etag].includes(header('if-range')) ? header('range') : null;

const serveImage = (
  image: ServedImage,
  link: Opened,
  asked: { readonly method: string; readonly target: Target },
): Reply => {
  const { method, target } = asked;
  const headers = headersOf(image, link);
  if (isNamed(target.header('if-none-match'), image.etag)) return { kind: 'whole', status: 304, headers, body: '' };
  const range = byteRange(wantedRange(target, method, image), image.size);
  if (range === 'outside') {
    const rangeHeaders = { 'content-range': `bytes */${image.size}`, 'accept-ranges': 'bytes' };
    return failedReply(target, { status: 416, message: `The picture has ${image.size} bytes.`, headers: rangeHeaders });
  }
  const part = range === 'whole' ? null : range;
  const length = part === null ? image.size : part.end - part.start + 1;
  return {
    kind: 'streamed',
    status: part === null ? 200 : 206,
    headers: {
      ...headers,
      'content-type': image.mimeType,
      'content-length': String(length),
      ...(part === null ? {} : { 'content-range': `bytes ${part.start}-${part.end}/${image.size}` }),
    },
    tail: image.bytes(part),
    fail: null,
    heartbeat: { text: () => '', afterMs: 0 },
  };
};

const showImage =
  ({ findImage, checkLink }: ImageRouteNeeds): Handler =>
  ({ method, held }, target) => {
    const link = checkLink(target.id, target.query);
    if (!link.mayOpen) return TE.right(failedReply(target, noPicture));
    const refusal = held.answer.take(heldBytes);
    if (refusal !== null) return TE.left(refusal);
    return pipe(
      TE.tryCatch(
        () => findImage(target.id),
        (cause) => ({ tag: 'Defect' as const, cause }),
      ),
      TE.map((image) => 
        image === null ? failedReply(target, noPicture) : serveImage(image, link, { method, target }),
      ),
    );
  };

/** The pictures that this service keeps, for anybody who knows the link: an `<img>` can't send a password. */
export const imageRoutes = (needs: ImageRouteNeeds): readonly Route[] => [
  { method: 'GET', pattern: '/images/{id}', quiet: true, handle: showImage(needs) },
];
