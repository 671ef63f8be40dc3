import type { ProxyError } from '../kernel/proxy-error.ts';
import type { GeminiCall, GenerateContentRequest, GenerationConfig } from './request.ts';
import { withoutSignatures } from './signatures.ts';

const withConfig = (call: GeminiCall, change: GenerationConfig): GeminiCall => ({
  ...call,
  body: { ...call.body, generationConfig: { ...call.body.generationConfig, ...change } },
});

const oneCandidate = (call: GeminiCall): GeminiCall | null => {
  const count = call.body.generationConfig?.candidateCount ?? 1;
  return count > 1 ? { ...withConfig(call, { candidateCount: undefined }), copies: count } : null;
};

const withoutThinking = (call: GeminiCall): GeminiCall | null =>
  call.body.generationConfig?.thinkingConfig === undefined ? null : withConfig(call, { thinkingConfig: undefined });

const withoutPenalties = (call: GeminiCall): GeminiCall | null => {
  const { presencePenalty, frequencyPenalty } = call.body.generationConfig ?? {};
  return presencePenalty === undefined && frequencyPenalty === undefined
    ? null
    : withConfig(call, { presencePenalty: undefined, frequencyPenalty: undefined });
};

/** The instruction's text before the first question, as for families that are known to take none. */
const instructionAsText = (call: GeminiCall): GeminiCall | null => {
  const { systemInstruction, ...body } = call.body;
  if (systemInstruction === undefined) return null;
  const [first, ...rest] = body.contents;
  const contents: GenerateContentRequest['contents'] =
    first?.role === 'user'
      ? [{ ...first, parts: [...systemInstruction.parts, ...first.parts] }, ...rest]
      : [{ role: 'user', parts: systemInstruction.parts }, ...body.contents];
  return { ...call, body: { ...body, contents } };
};

/**
 * What Google says of a model that does less than its family, or of one that nobody knew yet, and what to send instead.
 */
const mends: readonly (readonly [RegExp, (call: GeminiCall) => GeminiCall | null])[] = [
  [/^Developer instruction is not enabled/, instructionAsText],
  [/^Thinking (?:level |budget |is )/, withoutThinking],
  [/^Penalty is not enabled/, withoutPenalties],
  [/./, oneCandidate],
];

/**
 * The call to make instead after Gemini refused one for a reason that can be mended, once: thought signatures of
 * another key or model go away; several candidates that the model does not give become several calls; an instruction
 * becomes text, thinking and penalties go, where the model takes none.
 */
export const mendCall = (call: GeminiCall, error: ProxyError): GeminiCall | null => {
  if (error.tag === 'BadSignature') return { ...call, body: withoutSignatures(call.body) };
  if (error.tag !== 'GeminiInvalid' || error.code !== 'unsupported_parameter') return null;
  const mend = mends.find(([pattern]) => pattern.test(error.message));
  return mend === undefined ? null : mend[1](call);
};
