import { appendItems, itemsOf, type Chain } from '../../../kernel/chain.ts';
import type { GroundingChunk, GroundingMetadata, Source } from '../../../gemini/response.ts';
import type { Annotation } from './chunk.ts';
import { characterIndex, wordFinder } from './cited-text.ts';

/** A text of the model's and where it begins in the content: code that ran and pictures may stand between. */
type Piece = { readonly at: number; readonly text: string };

type Support = NonNullable<GroundingMetadata['groundingSupports']>[number];

/** What is needed to cite: the texts so far, the length of all content, and what a stream has said of its sources. */
export type Grounding = {
  readonly closed: Chain<Piece>;
  /** The text that may go on. */
  readonly open: Piece | null;
  readonly length: number;
  readonly sources: Chain<Source | undefined>;
  readonly supports: Chain<Support>;
};

/** Where nothing has been said yet. */
export const noGrounding: Grounding = { closed: null, open: null, length: 0, sources: null, supports: null };

const withPiece = (known: Grounding, text: string): Grounding => {
  const { open, closed, length } = known;
  if (open !== null && open.at + open.text.length === length) return { ...known, open: { at: open.at, text: open.text + text } };
  return { ...known, closed: open === null ? closed : appendItems(closed, [open]), open: { at: length, text } };
};

/** Adds a piece of content; only text of the model's own can be cited. */
export const withContent = (known: Grounding, text: string, isOwn: boolean): Grounding => ({
  ...(isOwn && text !== '' ? withPiece(known, text) : known),
  length: known.length + text.length,
});

const sourceOf = ({ web, maps, retrievedContext, image }: GroundingChunk): Source | undefined =>
  web ?? maps ?? retrievedContext ?? (image?.sourceUri === undefined ? undefined : { ...image, uri: image.sourceUri });

/** Adds one frame's grounding metadata: each frame brings new sources, indices count over all of them. */
export const withGrounding = (known: Grounding, next: GroundingMetadata | undefined): Grounding =>
  next === undefined
    ? known
    : {
        ...known,
        sources: appendItems(known.sources, (next.groundingChunks ?? []).map(sourceOf)),
        supports: appendItems(known.supports, next.groundingSupports ?? []),
      };

type Span = readonly [start: number, end: number];

/** Where a segment stands in the model's text. Its own words decide where its offsets don't fit them. */
const spans = (text: string): ((segment: NonNullable<Support['segment']>) => Span) => {
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

/** An index in the model's text as one in the whole content. */
const inContent = (pieces: readonly Piece[]): ((index: number) => number) => {
  const ends: number[] = [];
  let end = 0;
  for (const { text } of pieces) {
    end += text.length;
    ends.push(end);
  }
  return (index) => {
    let [from, to] = [0, pieces.length - 1];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (index < (ends[middle] ?? 0)) to = middle;
      else from = middle + 1;
    }
    const piece = pieces[from];
    const before = (ends[from] ?? 0) - (piece?.text.length ?? 0);
    return piece === undefined ? 0 : piece.at + Math.min(index - before, piece.text.length);
  };
};

/** Citations of the answer's text: one for each supported passage and source. */
export const annotations = ({ closed, open, sources: told, supports }: Grounding): readonly Annotation[] => {
  const sources = itemsOf(told);
  if (open === null || sources.length === 0) return [];
  const pieces = [...itemsOf(closed), open];
  const spanOf = spans(pieces.map((piece) => piece.text).join(''));
  const placeOf = inContent(pieces);
  return itemsOf(supports).flatMap((support) => {
    const [start, end] = spanOf(support.segment ?? {});
    const start_index = placeOf(start);
    const end_index = end > start ? placeOf(end - 1) + 1 : start_index;
    return (support.groundingChunkIndices ?? []).flatMap((index): readonly Annotation[] => {
      const source = sources[index];
      if (source?.uri === undefined) return [];
      return [{ type: 'url_citation', url_citation: { url: source.uri, title: source.title ?? '', start_index, end_index } }];
    });
  });
};
