import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';

/** What the server does on one connection, in order; after the last step the answer ends properly. */
export type Step =
  | { readonly do: 'head'; readonly status: number; readonly headers: Readonly<Record<string, string>> }
  /** `frame` says that a whole frame of the answer ends with these bytes. */
  | { readonly do: 'write'; readonly bytes: Uint8Array; readonly frame: boolean }
  | { readonly do: 'pause'; readonly ms: number }
  | { readonly do: 'hold'; readonly until: Promise<unknown> }
  /** Says nothing more until the client leaves. */
  | { readonly do: 'stall' }
  /** Writes the same bytes until the client leaves, as fast as it reads. */
  | { readonly do: 'repeat'; readonly bytes: Uint8Array }
  /** TCP reset. */
  | { readonly do: 'reset' }
  /** The connection is closed in order, whatever was said before. */
  | { readonly do: 'fin' };

/** The head of an answer. */
export const head = (status: number, contentType: string, headers: Readonly<Record<string, string>> = {}): Step => ({
  do: 'head',
  status,
  headers: { 'content-type': contentType, ...headers },
});

/** A piece of the body. */
export const write = (bytes: string | Uint8Array, frame = false): Step => ({ do: 'write', bytes: Buffer.from(bytes), frame });

/** What the player tells while it plays. */
export type Told = {
  readonly wrote: (bytes: number, frame: boolean) => void;
  /** The server itself is about to drop the connection. */
  readonly drops: () => void;
};

const written = async (response: ServerResponse, bytes: Uint8Array, gone: AbortSignal): Promise<void> => {
  if (!response.write(bytes)) await once(response, 'drain', { signal: gone });
  await nextTurn(undefined, { signal: gone });
};

const left = (gone: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    gone.addEventListener('abort', () => reject(new Error('the client left')), { once: true });
  });

const ends = (step: Step): boolean => step.do === 'reset' || step.do === 'fin';

const playStep = async (step: Step, response: ServerResponse, gone: AbortSignal, told: Told): Promise<void> => {
  switch (step.do) {
    case 'head':
      response.writeHead(step.status, step.headers).flushHeaders();
      return;
    case 'write':
      await written(response, step.bytes, gone);
      told.wrote(step.bytes.length, step.frame);
      return;
    case 'pause':
      await pause(step.ms, undefined, { signal: gone });
      return;
    case 'hold':
      await Promise.race([step.until, left(gone)]);
      return;
    case 'stall':
      await left(gone);
      return;
    case 'repeat':
      for (;;) {
        await written(response, step.bytes, gone);
        told.wrote(step.bytes.length, true);
      }
    case 'reset':
      told.drops();
      response.socket?.resetAndDestroy();
      return;
    case 'fin':
      told.drops();
      response.socket?.end();
  }
};

/** Plays the steps on a response; stops without a word when the client leaves. */
export const play = async (steps: readonly Step[], response: ServerResponse, gone: AbortSignal, told: Told): Promise<void> => {
  try {
    for (const step of steps) {
      if (gone.aborted) return;
      await playStep(step, response, gone, told);
      if (ends(step)) return;
    }
    response.end();
  } catch (error) {
    if (!gone.aborted) throw error;
  }
};
