import type { ProxyError } from '../kernel/proxy-error.ts';
import type { GeminiCall } from './request.ts';
import { withoutSignatures } from './signatures.ts';

const oneCandidate = (call: GeminiCall, count: number): GeminiCall => ({
  ...call,
  copies: count,
  body: { ...call.body, generationConfig: { ...call.body.generationConfig, candidateCount: undefined } },
});

/**
 * The call to make instead after Gemini refused one for a reason that can be mended, once: thought signatures of
 * another key or model go away; several candidates that the model does not give become several calls.
 */
export const repaired = (call: GeminiCall, error: ProxyError): GeminiCall | null => {
  if (error.tag === 'BadSignature') return { ...call, body: withoutSignatures(call.body) };
  const count = call.body.generationConfig?.candidateCount ?? 1;
  if (error.tag === 'GeminiInvalid' && error.code === 'unsupported_parameter' && count > 1) return oneCandidate(call, count);
  return null;
};
