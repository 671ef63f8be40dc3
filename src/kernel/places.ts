import { abortReason } from './abort-reason.ts';
import { thrown } from './proxy-error.ts';

/** Gives a place, and with it the way to leave it, once one is free; who waits stands in line. Throws when aborted. */
export type TakePlace = (signal?: AbortSignal) => Promise<() => void>;

/** So many places, for work that is begun here and ends elsewhere. */
export const places = (most: number): TakePlace => {
  const waiting = new Set<() => void>();
  const state = { taken: 0 };
  const leave = (): void => {
    const [next] = waiting;
    if (next === undefined) state.taken -= 1;
    else next();
  };
  const once = (): (() => void) => {
    const left = { yet: false };
    return () => {
      if (!left.yet) leave();
      left.yet = true;
    };
  };
  return (signal) => {
    if (signal?.aborted === true) return Promise.reject(thrown(abortReason(signal)));
    if (state.taken < most) {
      state.taken += 1;
      return Promise.resolve(once());
    }
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        waiting.delete(enter);
        signal?.removeEventListener('abort', giveUp);
        resolve(once());
      };
      const giveUp = (): void => {
        waiting.delete(enter);
        if (signal !== undefined) reject(thrown(abortReason(signal)));
      };
      waiting.add(enter);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  };
};
