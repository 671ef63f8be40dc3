import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { t, type E } from '../../kernel/fp.ts';
import type { CheckImageLink } from '../../ports/images.ts';
import type { Now } from '../../ports/capabilities.ts';
import type { StateFile } from '../state/state-file.ts';

const keyCodec = t.readonly(t.type({ key: t.string }));

/** The key of signed links as kept in `image-link-key.json`: 32 bytes in base64url. */
export type ImageLinkKey = t.TypeOf<typeof keyCodec>;

/** Reads the kept key back from JSON; Left when it is not one. */
export const decodeImageLinkKey = (value: unknown): E.Either<unknown, ImageLinkKey> => keyCodec.decode(value);

const keyBytes = 32;

/**
 * The key in the data folder, made when there is none. Where nothing can be written it lives as long as the process.
 */
export const imageLinkKey = (store: StateFile<ImageLinkKey>): Uint8Array => {
  const kept = Buffer.from(store.load()?.key ?? '', 'base64url');
  if (kept.length === keyBytes) return kept;
  const key = randomBytes(keyBytes);
  store.save(() => ({ key: key.toString('base64url') }));
  return key;
};

/** Makes and checks the links to pictures that this service serves. */
export type ImageLinks = {
  /** What follows a picture's address: '' where links are for ever, else `?expires=…&signature=…`. */
  readonly queryFor: (name: string) => string;
  readonly checkLink: CheckImageLink;
};

/** Links for ever, which anybody may open who knows the name. IMAGE_LINK_TTL=0. */
export const lastingLinks: ImageLinks = { queryFor: () => '', checkLink: () => ({ mayOpen: true, forSeconds: null }) };

const refused: ReturnType<CheckImageLink> = { mayOpen: false };

/**
 * Links that end `ttlSeconds` after they were made: an HMAC-SHA256 over the name and the end, in seconds since 1970.
 */
export const signedLinks = (ttlSeconds: number, key: Uint8Array, now: Now): ImageLinks => {
  const signatureOf = (name: string, expires: string): Buffer =>
    createHmac('sha256', key).update(`${name}\n${expires}`).digest();
  return {
    queryFor: (name) => {
      const expires = String(Math.floor(now() / 1000) + ttlSeconds);
      return `?expires=${expires}&signature=${signatureOf(name, expires).toString('base64url')}`;
    },
    checkLink: (name, query) => {
      const given = new URLSearchParams(query);
      const expires = given.get('expires') ?? '';
      const signature = Buffer.from(given.get('signature') ?? '', 'base64url');
      const forSeconds = /^\d{1,12}$/.test(expires) ? Number(expires) - Math.floor(now() / 1000) : 0;
      const wanted = signatureOf(name, expires);
      if (forSeconds <= 0 || signature.length !== wanted.length || !timingSafeEqual(signature, wanted)) return refused;
      return { mayOpen: true, forSeconds };
    },
  };
};
