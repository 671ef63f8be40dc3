import type { Test } from 'tap';
import { E } from '../../src/kernel/fp.ts';
import type { ProxyError } from '../../src/kernel/proxy-error.ts';
import type { Reader } from '../../src/ports/images.ts';
import { freely } from './capabilities.ts';
import type { Blob } from '../../src/gemini/request.ts';
import {
  guardedFetch,
  type GuardedFetch,
  type GuardedFetchNeeds,
  type GuardedFetchSettings,
} from '../../src/adapters/guarded-fetch/guarded-fetch.ts';

/** In bytes. */
export const megabyte = 1024 * 1024;
/** The internet only. */
export const settings: GuardedFetchSettings = { timeoutMs: 20_000, mostBytes: megabyte, allowPrivate: false };
/** One's own network too. */
export const atHome: GuardedFetchSettings = { ...settings, allowPrivate: true };

/** The field that names the address. */
export const path = 'messages.0.content.1.image_url.url';
/** Of a caller who stays. */
export const stays: Reader = { signal: new AbortController().signal, memory: freely };
/** A PNG of 100 kB, by its first bytes. */
export const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(100_000, 7)]);

/** A fetch that is closed with the test. */
export const begun = (t: Test, chosen: GuardedFetchSettings, needs?: GuardedFetchNeeds): GuardedFetch => {
  const made = guardedFetch(chosen, needs);
  t.teardown(() => made.close());
  return made;
};

/** How a fetch ends. */
export type Outcome = E.Either<ProxyError, Blob>;

/** What a fetch of `content` gives. */
export const got = (content: Buffer, mimeType = 'image/png'): Outcome => E.right({ mimeType, data: content.toString('base64') });

/** What a fetch that fails gives. */
export const refusal = (reason: string): Outcome =>
  E.left({ tag: 'InvalidRequest', message: `'${path}' could not be fetched: ${reason}.`, param: path, code: 'invalid_value' });

/** The one refusal for hosts that are refused, unknown or silent. */
export const noHost = refusal('its host is not at a public address, or does not answer');
