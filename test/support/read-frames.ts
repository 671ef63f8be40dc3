import type { Frame } from '../../src/gemini/response.ts';
import { caught, type ProxyError } from '../../src/kernel/proxy-error.ts';
import type { FrameStream } from '../../src/ports/capabilities.ts';

/** What came of a body: its frames, and the error behind them. */
export type ReadFrames = { readonly frames: readonly Frame[]; readonly error: ProxyError | null };

/** Reads a stream to its end. */
export const readAll = async (frames: FrameStream): Promise<ReadFrames> => {
  const all: Frame[] = [];
  try {
    for await (const batch of frames) all.push(...batch);
    return { frames: all, error: null };
  } catch (cause) {
    return { frames: all, error: caught(cause) };
  }
};
