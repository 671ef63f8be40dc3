import type { ModalityCount, UsageMetadata } from '../../gemini/response.ts';
import { tokenCounts } from '../../gemini/usage.ts';

type Details = { readonly text_tokens: number; readonly image_tokens: number };

/** OpenAI's ImageGenUsage. */
export type ImageUsage = {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly total_tokens: number;
  readonly input_tokens_details: Details;
  readonly output_tokens_details: Details;
};

const imagesIn = (details: readonly ModalityCount[] | undefined): number =>
  (details ?? []).reduce((sum, { modality, tokenCount }) => sum + (modality === 'IMAGE' ? (tokenCount ?? 0) : 0), 0);

const splitTokens = (all: number, image: number): Details => ({
  text_tokens: Math.max(0, all - image),
  image_tokens: Math.min(all, image),
});

const usageOf = (input: Details, output: Details): ImageUsage => {
  const input_tokens = input.text_tokens + input.image_tokens;
  const output_tokens = output.text_tokens + output.image_tokens;
  return {
    input_tokens,
    output_tokens,
    total_tokens: input_tokens + output_tokens,
    input_tokens_details: input,
    output_tokens_details: output,
  };
};

/** Thoughts count as text of the answer. */
export const toImageUsage = (usage: UsageMetadata): ImageUsage => {
  const { input, output } = tokenCounts(usage);
  return usageOf(
    splitTokens(input, imagesIn(usage.promptTokensDetails)),
    splitTokens(output, imagesIn(usage.candidatesTokensDetails)),
  );
};

const combineUsage = (a: ImageUsage, b: ImageUsage, by: (a: number, b: number) => number): ImageUsage => {
  const each = (one: Details, other: Details): Details => ({
    text_tokens: by(one.text_tokens, other.text_tokens),
    image_tokens: by(one.image_tokens, other.image_tokens),
  });
  return usageOf(
    each(a.input_tokens_details, b.input_tokens_details),
    each(a.output_tokens_details, b.output_tokens_details),
  );
};

/** Of an answer that has not begun. */
export const noUsage: ImageUsage = toImageUsage({});

/** What `all` has beyond `told`; never negative. */
export const usageBeyond = (all: ImageUsage, told: ImageUsage): ImageUsage =>
  combineUsage(all, told, (a, b) => Math.max(0, a - b));

/** The sum of both. */
export const addUsage = (a: ImageUsage, b: ImageUsage): ImageUsage => combineUsage(a, b, (one, other) => one + other);
