import { finishKind } from '../../../gemini/finish.ts';
import { endedTextOf } from '../../../gemini/plain-text.ts';
import type { Frame } from '../../../gemini/response.ts';
import { latestUsage } from '../../../gemini/usage.ts';
import { jsonAnswer, type Whole } from '../../../ports/reply.ts';
import { servedTier } from '../../../wire/service-tier.ts';
import { finishReason, unnamedReason } from './finish-reason.ts';
import type { MachineSettings } from './machine.ts';
import { toUsage } from './usage.ts';

/**
 * The `chat.completion` of a whole answer that is one text, without the events and the state that the machine makes of
 * it to begin with (6 of 105 µs of a short chat). Null for any other, which the machine must read.
 */
export const wholeText =
  ({ id, created, model, jsonAnswer: inCall }: MachineSettings) =>
  (frames: readonly Frame[]): Whole | null => {
    const [frame] = frames;
    if (frame === undefined || frames.length > 1 || inCall !== null) return null;
    const ended = endedTextOf(frame);
    if (ended?.text.isWellFormed() !== true) return null;
    const { text: content, reason } = ended;
    const end = { finish: finishKind(reason), reason, calls: 0 };
    const usage = latestUsage({}, frame.usageMetadata);
    const choice = {
      index: 0,
      message: { role: 'assistant', content, refusal: null },
      logprobs: null,
      finish_reason: finishReason(end, 'stop'),
      native_finish_reason: unnamedReason(end) ?? undefined,
    };
    return jsonAnswer({
      id,
      object: 'chat.completion',
      created,
      model,
      choices: [choice],
      usage: toUsage(usage),
      service_tier: servedTier(usage),
    });
  };
