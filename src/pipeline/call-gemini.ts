import { TE, pipe } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { Stage } from '../kernel/stage.ts';
import { repaired } from '../gemini/repair.ts';
import type { GeminiCall } from '../gemini/request.ts';
import type { UsageMetadata } from '../gemini/response.ts';
import { latestUsage, tokenCounts } from '../gemini/usage.ts';
import { attempts, type Attempting } from './attempts.ts';
import { continued } from './continued.ts';
import { inCopies } from './copies.ts';
import type { Answered, Frames, Planned, Received } from './exchange.ts';

async function* counted(frames: Frames, note: Received['note']): Frames {
  let usage: UsageMetadata = {};
  try {
    for await (const frame of frames) {
      usage = latestUsage(usage, frame.usageMetadata);
      yield frame;
    }
  } finally {
    const { input, output } = tokenCounts(usage);
    note({ promptTokens: input, completionTokens: output });
  }
}

/**
 * Gets an answer from Gemini: with the keys in turn, in copies where several choices are asked for, and once more with
 * a mended call where Gemini's refusal can be mended. `shown` says that frames go out as they come.
 */
export const callGemini =
  <Request>(capabilities: Attempting, shown: (asked: Request) => boolean): Stage<Planned<Request>, Answered<Request>> =>
  (planned) => {
    const answer = inCopies(continued(attempts(capabilities, planned, shown(planned.asked))));
    const again = (error: ProxyError): TE.TaskEither<ProxyError, Frames> => {
      const call: GeminiCall | null = repaired(planned.call, error);
      return call === null ? TE.left(error) : answer(call);
    };
    return pipe(
      answer(planned.call),
      TE.orElse(again),
      TE.map((frames) => ({ ...planned, frames: counted(frames, planned.note) })),
    );
  };
