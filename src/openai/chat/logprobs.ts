import type { LogprobsResult, TokenLogprob as Native } from '../../gemini/response.ts';
import type { Logprobs, TokenLogprob } from './chunk.ts';

type Plain = Omit<TokenLogprob, 'top_logprobs'>;

const plain = (native: Native): Plain => {
  const token = native.token ?? '';
  return { token, logprob: native.logProbability ?? 0, bytes: [...Buffer.from(token, 'utf8')] };
};

/** Gemini's log probabilities in OpenAI's shape; null when there are none. */
export const toLogprobs = (result: LogprobsResult | undefined): Logprobs | null => {
  const chosen = result?.chosenCandidates ?? [];
  if (chosen.length === 0) return null;
  const content = chosen.map((native, index) => ({
    ...plain(native),
    top_logprobs: (result?.topCandidates?.[index]?.candidates ?? []).map(plain),
  }));
  return { content, refusal: null };
};
