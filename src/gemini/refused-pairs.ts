import { E } from '../kernel/fp.ts';
import type { BuiltInTool, ModelTraits } from './model-traits.ts';

/** What a request may want that not every family takes, alone or beside something else. */
export type Wish = 'functions' | 'a call' | BuiltInTool | 'json' | 'logprobs' | 'cached content' | 'instruction';

/**
 * What becomes of the wish that yields. `refused`: a 400 that names the caller's field, but let go where no field asked
 * for it (a suffix of the model); `let go`: left out; `by a function`: a function of ours takes the JSON.
 */
type Outcome = 'refused' | 'let go' | 'by a function';

/** One row: wishes that families refuse together (or one that they refuse alone), which of them yields, and how. */
export type RefusedPair = {
  readonly wishes: readonly [Wish] | readonly [Wish, Wish];
  readonly families: (traits: ModelTraits) => boolean;
  readonly yields: Wish;
  readonly outcome: Outcome;
};

/** The tools that Google runs itself. */
export const builtInTools: readonly BuiltInTool[] = ['googleSearch', 'urlContext', 'codeExecution', 'googleMaps'];

const everyFamily = (): boolean => true;

const refusedAlone = (wish: Wish, families: RefusedPair['families']): RefusedPair => ({
  wishes: [wish],
  families,
  yields: wish,
  outcome: 'refused',
});

const letGoBeside = (wish: Wish, other: Wish): RefusedPair => ({
  wishes: [wish, other],
  families: everyFamily,
  yields: wish,
  outcome: 'let go',
});

/**
 * Every pair of wishes that a family refuses, in the order in which they are settled. What has no row goes up together.
 * Fields that can't meet need none: thinking goes up as a level or as a budget, `n` as candidates or as several calls,
 * a voice only to models that speak, a shape only to those that draw; sampling and penalties are left out by family.
 * Sources: @ai-sdk/google 4.0.121, pydantic-ai 4fda38988, gemini-balance #238 and #286, Google's model pages (what each
 * image and speech model supports), public reports of "is not enabled for models/gemma-3-27b-it".
 */
export const refusedPairs: readonly RefusedPair[] = [
  // A cached content holds its own tools and instruction.
  ...(['functions', 'a call', ...builtInTools, 'instruction'] as const).map((wish) =>
    letGoBeside(wish, 'cached content'),
  ),
  // A call that must come is no JSON answer.
  letGoBeside('json', 'a call'),
  refusedAlone('functions', ({ functions }) => !functions),
  ...builtInTools.map((tool) => refusedAlone(tool, (traits) => !traits.builtIns.includes(tool))),
  refusedAlone('json', ({ json }) => !json),
  refusedAlone('logprobs', ({ logprobs }) => !logprobs),
  ...builtInTools.map((tool): RefusedPair => ({
    wishes: [tool, 'json'],
    families: ({ jsonWithTools }) => !jsonWithTools,
    yields: tool,
    outcome: 'refused',
  })),
  ...builtInTools.map((tool): RefusedPair => ({
    wishes: [tool, 'functions'],
    families: ({ searchWithFunctions }) => !searchWithFunctions,
    yields: tool,
    outcome: 'refused',
  })),
  {
    wishes: ['functions', 'json'],
    families: ({ jsonWithTools }) => !jsonWithTools,
    yields: 'json',
    outcome: 'by a function',
  },
];

/** The wishes of a request, each with the caller's field that asked for it; null where none did. */
export type Wishes = ReadonlyMap<Wish, string | null>;

/** What goes up of the wishes. */
export type Settled = { readonly kept: ReadonlySet<Wish>; readonly jsonByFunction: boolean };

/** A wish that the family refuses: the field that asked for it, and what it stands beside, if that is why. */
export type RefusedWish = { readonly path: string; readonly wish: Wish; readonly beside: Wish | null };

/** Settles a request's wishes for a family by the table. */
export const settleWishes = (wishes: Wishes, traits: ModelTraits): E.Either<RefusedWish, Settled> => {
  const kept = new Set(wishes.keys());
  let jsonByFunction = false;
  for (const { wishes: together, families, yields, outcome } of refusedPairs) {
    if (!together.every((wish) => kept.has(wish)) || !families(traits)) continue;
    const path = wishes.get(yields) ?? null;
    if (outcome === 'refused' && path !== null)
      return E.left({ path, wish: yields, beside: together.find((wish) => wish !== yields) ?? null });
    kept.delete(yields);
    jsonByFunction ||= outcome === 'by a function';
  }
  return E.right({ kept, jsonByFunction });
};
