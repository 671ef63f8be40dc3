import { cutSteps, type Cuts } from './cut-steps.ts';
import { mergeFrames } from './merge-frames.ts';
import { head, write, type Step } from './steps.ts';

/** How an answer is to be written: as one object, as SSE, or as one JSON array. */
export type Framing = 'whole' | 'sse' | 'array';

type Pace = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cuts?: Cuts;
  /** Waits for the promise before the frame of this number (0 is the first); the head has gone out by then. */
  readonly hold?: { readonly beforeFrame: number; readonly until: Promise<unknown> };
  /** Between frames. */
  readonly frameDelayMs?: number;
  /** What comes after the last byte: a proper end (the default), a reset, a bare close, or nothing more. */
  readonly ending?: 'reset' | 'fin' | 'stall';
};

/** An answer to play: frames (merged for a whole answer), or a raw body. */
export type Script = Pace & ({ readonly frames: readonly unknown[] } | { readonly body: string | Uint8Array });

const contentTypes: Readonly<Record<Framing, string>> = {
  whole: 'application/json; charset=UTF-8',
  sse: 'text/event-stream',
  array: 'application/json; charset=UTF-8',
};

/** The content type that Google gives to answers of this framing, errors included. */
export const contentType = (framing: Framing): string => contentTypes[framing];

/** One frame of a stream as Google writes it. */
export const sseFrame = (frame: unknown): string => `data: ${JSON.stringify(frame)}\r\n\r\n`;

const pieces: Readonly<Record<Framing, (frames: readonly unknown[]) => readonly string[]>> = {
  whole: (frames) => [`${JSON.stringify(mergeFrames(frames), null, 2)}\n`],
  sse: (frames) => frames.map(sseFrame),
  array: (frames) => {
    const last = frames.length - 1;
    return frames.length === 0 ? ['[]'] : frames.map((frame, at) => `${at === 0 ? '[' : ',\r\n'}${JSON.stringify(frame)}${at === last ? ']' : ''}`);
  },
};

const bodyPieces = (script: Script, framing: Framing): readonly (string | Uint8Array)[] =>
  'body' in script ? [script.body] : pieces[framing](script.frames);

const paced = (piece: string | Uint8Array, at: number, { hold, frameDelayMs = 0 }: Pace): readonly Step[] => [
  ...(at > 0 && frameDelayMs > 0 ? [{ do: 'pause', ms: frameDelayMs } as const] : []),
  ...(hold?.beforeFrame === at ? [{ do: 'hold', until: hold.until } as const] : []),
  write(piece, true),
];

/** The steps that play a script. */
export const scriptSteps = (script: Script, framing: Framing): readonly Step[] => [
  head(script.status ?? 200, contentType(framing), { 'x-gemini-service-tier': 'standard', ...script.headers }),
  ...cutSteps(bodyPieces(script, framing).flatMap((piece, at) => paced(piece, at, script)), script.cuts),
  ...(script.hold !== undefined && script.hold.beforeFrame >= bodyPieces(script, framing).length
    ? [{ do: 'hold', until: script.hold.until } as const]
    : []),
  ...(script.ending === undefined ? [] : [{ do: script.ending }]),
];
