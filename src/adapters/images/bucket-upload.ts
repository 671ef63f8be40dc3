import { E, type TE } from '../../kernel/fp.ts';
import { codeOf } from '../error-code.ts';
import type { NamedImage, StoreFault } from './image-store.ts';

/** One call of a vendor's SDK. Its signal aborts when nobody waits any more: then its connections must end. */
export type Upload = (signal: AbortSignal) => TE.TaskEither<StoreFault, string>;

const networkCode = /^[A-Z][A-Z_]{2,60}$/;

const inBrackets = (code: string): string => (networkCode.test(code) ? ` (${code})` : '');

/**
 * A call that the network ended. Only Node's own code is told: an SDK's message can hold addresses, headers and tokens.
 */
export const networkFault = (vendor: string, cause: unknown): StoreFault => ({
  reason: `The connection to ${vendor} failed${inBrackets(codeOf(cause))}.`,
});

/** An SDK that could not be loaded: packages that are optional may have been left out. */
export const notInstalled = (packageName: string): StoreFault => ({
  reason: `The package ${packageName} could not be loaded: install it with \`npm install --include=optional\`.`,
});

/** The address of a kept picture. */
export const publicUrl = (domain: string, { name }: Pick<NamedImage, 'name'>): string =>
  `${domain}/${encodeURIComponent(name)}`;

/**
 * Runs one upload until it is done or the signal aborts, whichever is first; what it says later is ignored. An SDK
 * that rejects has failed on the network.
 */
export const uploadOrAbort =
  (vendor: string, upload: Upload, signal: AbortSignal): TE.TaskEither<StoreFault, string> =>
  () =>
    new Promise((resolve) => {
      const ended = new AbortController();
      const leave = (): void => {
        resolve(E.left({ reason: `${vendor} did not take the picture in time.` }));
        ended.abort();
      };
      if (signal.aborted) {
        leave();
        return;
      }
      signal.addEventListener('abort', leave, { once: true });
      void Promise.resolve()
        .then(upload(ended.signal))
        .catch((cause: unknown) => E.left(networkFault(vendor, cause)))
        .then((result) => {
          signal.removeEventListener('abort', leave);
          resolve(result);
        });
    });
