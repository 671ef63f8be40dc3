import type { Dispatcher } from 'undici';

/**
 * A request that rejects as soon as its signal aborts. undici looks at the signal only once it is connected; an answer
 * that comes all the same is closed.
 */
export const answerOrAbort = (
  pending: Promise<Dispatcher.ResponseData>,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> =>
  new Promise((resolve, reject) => {
    const leave = (): void => reject(new Error('aborted'));
    signal.addEventListener('abort', leave, { once: true });
    pending.then((answer) => {
      signal.removeEventListener('abort', leave);
      if (signal.aborted) answer.body.on('error', () => undefined).destroy();
      resolve(answer);
    }, reject);
  });
