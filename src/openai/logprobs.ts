import type { LogprobsResult, TokenLogprob as Native } from '../gemini/response.ts';

/** A token, its log probability, and what could have stood in its place. */
export type TokenLogprob = {
  readonly token: string;
  readonly logprob: number;
  readonly bytes: readonly number[];
  readonly top_logprobs: readonly Omit<TokenLogprob, 'top_logprobs'>[];
};

/** Log probabilities of the tokens of a piece of content. */
export type Logprobs = { readonly content: readonly TokenLogprob[]; readonly refusal: null };

type Plain = Omit<TokenLogprob, 'top_logprobs'>;

/** Bytes of UTF-8; most tokens are plain ASCII, for which no buffer is needed. */
const bytesOf = (text: string): readonly number[] => {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code > 0x7f) return Array.from(Buffer.from(text, 'utf8'));
    bytes.push(code);
  }
  return bytes;
};

const plainLogprob = (native: Native): Plain => {
  const token = native.token ?? '';
  return { token, logprob: native.logProbability ?? 0, bytes: bytesOf(token) };
};

/** Gemini's log probabilities in OpenAI's shape; null when there are none. */
export const toLogprobs = (result: LogprobsResult | undefined): Logprobs | null => {
  const chosen = result?.chosenCandidates ?? [];
  if (chosen.length === 0) return null;
  const content = chosen.map((native, index) => ({
    ...plainLogprob(native),
    top_logprobs: (result?.topCandidates?.[index]?.candidates ?? []).map(plainLogprob),
  }));
  return { content, refusal: null };
};
