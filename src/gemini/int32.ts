/** Gemini's whole numbers have 32 bits. */
const most = 2_147_483_647;

/** A whole number that may be too large for Gemini; undefined stays that. */
export const capInt32 = (value: number | undefined): number | undefined =>
  value === undefined ? undefined : Math.min(value, most);

/** OpenAI's seed has 64 bits: the lower half of it. */
export const foldInt32 = (seed: number | undefined): number | undefined =>
  seed === undefined ? undefined : Number(BigInt.asIntN(32, BigInt(seed)));
