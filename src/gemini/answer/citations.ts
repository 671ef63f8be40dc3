import { appendItems, itemsOf, type Chain } from '../../kernel/chain.ts';
import type { GroundingChunk, GroundingMetadata, Source } from '../response.ts';
import type { CitationEvent } from './answer-event.ts';
import { characterIndex, wordFinder } from './cited-text.ts';

type Support = NonNullable<GroundingMetadata['groundingSupports']>[number];

/** What is needed to cite: the model's own text so far, and what a stream has said of its sources. */
export type Grounding = {
  readonly text: string;
  readonly sources: Chain<Source | undefined>;
  readonly supports: Chain<Support>;
};

/** Where nothing has been said yet. */
export const noGrounding: Grounding = { text: '', sources: null, supports: null };

/** The source that a chunk names, whatever found it. */
export const sourceOf = ({ web, maps, retrievedContext, image }: GroundingChunk): Source | undefined =>
  web ?? maps ?? retrievedContext ?? (image?.sourceUri === undefined ? undefined : { ...image, uri: image.sourceUri });

/** Adds one frame's grounding metadata: each frame brings new sources, indices count over all of them. */
export const withGrounding = (known: Grounding, next: GroundingMetadata): Grounding => ({
  text: known.text,
  sources: appendItems(known.sources, (next.groundingChunks ?? []).map(sourceOf)),
  supports: appendItems(known.supports, next.groundingSupports ?? []),
});

type Span = readonly [start: number, end: number];

/** Where a segment stands in the model's text. Its own words decide where its offsets don't fit them. */
const spansIn = (text: string): ((segment: NonNullable<Support['segment']>) => Span) => {
  const characterAt = characterIndex(text);
  const find = wordFinder(text);
  return ({ startIndex = 0, endIndex = Infinity, text: words = '' }) => {
    const [start, end] = [characterAt(startIndex), characterAt(endIndex)];
    if (words === '') return [start, end];
    if (text.startsWith(words, start)) return [start, start + words.length];
    const found = find(words, start);
    return found < 0 ? [start, end] : [found, found + words.length];
  };
};

/** Passages that are looked for in one text. Recorded answers have dozens; finding and writing more would stall others. */
const mostSupports = 20_000;

/** Citations of a candidate's text: one for each supported passage and source. */
export const citationsOf = (grounding: Grounding, candidate: number): readonly CitationEvent[] => {
  const { text, supports } = grounding;
  const sources = itemsOf(grounding.sources);
  if (text === '' || sources.length === 0) return [];
  const spanOf = spansIn(text);
  const cited: CitationEvent[] = [];
  for (const { segment, groundingChunkIndices } of itemsOf(supports).slice(0, mostSupports)) {
    const [start, end] = spanOf(segment ?? {});
    for (const index of groundingChunkIndices ?? []) {
      const source = sources[index];
      if (source?.uri === undefined) continue;
      cited.push({ kind: 'citation', candidate, url: source.uri, title: source.title ?? '', start, end });
    }
  }
  return cited;
};
