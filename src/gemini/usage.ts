import type { Frame, ModalityCount, UsageMetadata } from './response.ts';

const isSaid = (count: unknown): boolean => count !== undefined && count !== 0;

const isKept = (next: unknown, known: unknown): boolean => isSaid(next) || (next === undefined && known === undefined);

/** Whether usage says all that is known, anew: most frames' does, and is then taken as it is. */
const saysAll = (next: UsageMetadata, known: UsageMetadata): boolean =>
  isSaid(next.totalTokenCount) &&
  isKept(next.promptTokenCount, known.promptTokenCount) &&
  isKept(next.candidatesTokenCount, known.candidatesTokenCount) &&
  isKept(next.thoughtsTokenCount, known.thoughtsTokenCount) &&
  isKept(next.cachedContentTokenCount, known.cachedContentTokenCount) &&
  isKept(next.toolUsePromptTokenCount, known.toolUsePromptTokenCount) &&
  isKept(next.promptTokensDetails, known.promptTokensDetails) &&
  isKept(next.candidatesTokensDetails, known.candidatesTokensDetails) &&
  isKept(next.serviceTier, known.serviceTier);

/**
 * Usage over a stream: every frame's counts are cumulative, a later frame may drop a field or zero it, so the last
 * non-zero value of each field stands (pydantic-ai #5205). Never a sum.
 */
export const latestUsage = (known: UsageMetadata, next: UsageMetadata | undefined): UsageMetadata => {
  if (next === undefined) return known;
  if (saysAll(next, known)) return next;
  const said = Object.entries(next).filter(([, value]) => isSaid(value));
  return said.length === 0 ? known : { ...known, ...Object.fromEntries(said) };
};

/** Usage as a frame told it. Frames that are alike tell the same function one after the other: it is that of the last. */
export type ToldUsage = UsageMetadata | (() => UsageMetadata) | undefined;

/** Usage over a stream of such frames. `told`: what is not read yet, since more of its kind may follow. */
export type UsageSoFar = { known: UsageMetadata; told: (() => UsageMetadata) | null };

/** All that is known of it. */
export const usageSoFar = (soFar: UsageSoFar): UsageMetadata => {
  if (soFar.told !== null) soFar.known = latestUsage(soFar.known, soFar.told());
  soFar.told = null;
  return soFar.known;
};

/**
 * Takes what one more frame tells. Of frames that are alike none says zero of what another one counts, so the last
 * one's usage says all of theirs.
 */
export const tellUsage = (soFar: UsageSoFar, told: ToldUsage): void => {
  if (told === undefined || told === soFar.told) return;
  const known = usageSoFar(soFar);
  if (typeof told === 'function') soFar.told = told;
  else soFar.known = latestUsage(known, told);
};

/** Takes what each of these frames tells. */
export const tellFrames = (soFar: UsageSoFar, frames: readonly Pick<Frame, 'usageMetadata'>[]): void => {
  for (const { usageMetadata } of frames) tellUsage(soFar, usageMetadata);
};

/**
 * What was asked and what was answered, tokens. Tools' prompts count as asked and thoughts as answered, as OpenAI
 * counts.
 */
export type TokenCounts = { readonly input: number; readonly output: number };

/**
 * Gemini leaves thoughts out of the candidates' count and tool-use prompts out of the prompt's: here both are in. Where
 * the candidates' count or the prompt's is missing or zero, it is what the total has beyond the others.
 */
export const tokenCounts = (usage: UsageMetadata): TokenCounts => {
  const { promptTokenCount: prompt = 0, candidatesTokenCount: candidates = 0, totalTokenCount: total = 0 } = usage;
  const input = prompt + (usage.toolUsePromptTokenCount ?? 0);
  const output = candidates + (usage.thoughtsTokenCount ?? 0);
  const rest = (prompt === 0) === (candidates === 0) ? 0 : Math.max(0, total - input - output);
  return prompt === 0 ? { input: input + rest, output } : { input, output: output + rest };
};

const sumCounts = (counts: readonly (number | undefined)[]): number =>
  counts.reduce<number>((total, count) => total + (count ?? 0), 0);

const mergeDetails = (details: readonly (readonly ModalityCount[] | undefined)[]): readonly ModalityCount[] => {
  const counts = new Map<string, number>();
  for (const { modality, tokenCount } of details.flatMap((list) => list ?? [])) {
    counts.set(modality ?? '', (counts.get(modality ?? '') ?? 0) + (tokenCount ?? 0));
  }
  return [...counts].map(([modality, tokenCount]) => ({ modality, tokenCount }));
};

const sumOf = (one: UsageMetadata, other: UsageMetadata): UsageMetadata => ({
  ...one,
  ...other,
  promptTokenCount: sumCounts([one.promptTokenCount, other.promptTokenCount]),
  cachedContentTokenCount: sumCounts([one.cachedContentTokenCount, other.cachedContentTokenCount]),
  candidatesTokenCount: sumCounts([one.candidatesTokenCount, other.candidatesTokenCount]),
  thoughtsTokenCount: sumCounts([one.thoughtsTokenCount, other.thoughtsTokenCount]),
  toolUsePromptTokenCount: sumCounts([one.toolUsePromptTokenCount, other.toolUsePromptTokenCount]),
  totalTokenCount: sumCounts([one.totalTokenCount, other.totalTokenCount]),
  promptTokensDetails: mergeDetails([one.promptTokensDetails, other.promptTokensDetails]),
  candidatesTokensDetails: mergeDetails([one.candidatesTokensDetails, other.candidatesTokensDetails]),
});

/** Usage of several calls for the same prompt: the prompt counts once, as OpenAI counts it for `n`, answers add up. */
export const addedUsage = (calls: readonly UsageMetadata[]): UsageMetadata => {
  const first = calls.find((call) => call.promptTokenCount !== undefined) ?? calls[0] ?? {};
  const candidatesTokenCount = sumCounts(calls.map((call) => call.candidatesTokenCount));
  const thoughtsTokenCount = sumCounts(calls.map((call) => call.thoughtsTokenCount));
  const toolUsePromptTokenCount = sumCounts(calls.map((call) => call.toolUsePromptTokenCount));
  return {
    ...first,
    candidatesTokenCount,
    thoughtsTokenCount,
    toolUsePromptTokenCount,
    totalTokenCount:
      (first.promptTokenCount ?? 0) + candidatesTokenCount + thoughtsTokenCount + toolUsePromptTokenCount,
    candidatesTokensDetails: mergeDetails(calls.map((call) => call.candidatesTokensDetails)),
  };
};

/** Usage of several calls, some of them for the same prompt: what each asks stands at its place in `prompts`. */
export const usageByPrompt = (calls: readonly UsageMetadata[], prompts: readonly unknown[]): UsageMetadata => {
  const groups = new Map<unknown, UsageMetadata[]>();
  for (const [at, call] of calls.entries()) groups.set(prompts[at], [...(groups.get(prompts[at]) ?? []), call]);
  return [...groups.values()].map(addedUsage).reduce(sumOf);
};
