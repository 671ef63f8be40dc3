import type { GroundingChunk, GroundingMetadata, Source } from '../../gemini/response.ts';
import type { Annotation } from './chunk.ts';

/** A text of the model's and where it begins in the content: code that ran and pictures may stand between. */
type Piece = { readonly at: number; readonly text: string };

/** What is needed to cite: the texts so far, the length of all content, and what a stream has said of its sources. */
export type Grounding = {
  readonly pieces: readonly Piece[];
  readonly length: number;
  readonly sources: readonly (Source | undefined)[];
  readonly supports: NonNullable<GroundingMetadata['groundingSupports']>;
};

/** Where nothing has been said yet. */
export const noGrounding: Grounding = { pieces: [], length: 0, sources: [], supports: [] };

const withPiece = (pieces: readonly Piece[], at: number, text: string): readonly Piece[] => {
  const last = pieces.at(-1);
  return last !== undefined && last.at + last.text.length === at
    ? [...pieces.slice(0, -1), { at: last.at, text: last.text + text }]
    : [...pieces, { at, text }];
};

/** Adds a piece of content; only text of the model's own can be cited. */
export const withContent = (known: Grounding, text: string, isOwn: boolean): Grounding => ({
  ...known,
  length: known.length + text.length,
  pieces: isOwn && text !== '' ? withPiece(known.pieces, known.length, text) : known.pieces,
});

const sourceOf = ({ web, maps, retrievedContext, image }: GroundingChunk): Source | undefined =>
  web ?? maps ?? retrievedContext ?? (image?.sourceUri === undefined ? undefined : { ...image, uri: image.sourceUri });

/** Adds one frame's grounding metadata: each frame brings new sources, indices count over all of them. */
export const withGrounding = (known: Grounding, next: GroundingMetadata | undefined): Grounding =>
  next === undefined
    ? known
    : {
        ...known,
        sources: [...known.sources, ...(next.groundingChunks ?? []).map(sourceOf)],
        supports: [...known.supports, ...(next.groundingSupports ?? [])],
      };

type Segment = NonNullable<Grounding['supports'][number]['segment']>;
type Span = readonly [start: number, end: number];

/** Character index of a byte offset: Gemini counts UTF-8 bytes, OpenAI characters (UTF-16 units, as JavaScript does). */
const characterAt = (bytes: Uint8Array, offset: number): number => Buffer.from(bytes.subarray(0, offset)).toString('utf8').length;

/** Where a segment stands in the model's text. Its own words decide where its offsets don't fit them. */
const spanOf = (text: string, bytes: Uint8Array, segment: Segment): Span => {
  const start = characterAt(bytes, segment.startIndex ?? 0);
  const end = characterAt(bytes, segment.endIndex ?? bytes.length);
  const { text: words } = segment;
  if (words === undefined || words === '' || text.slice(start, end) === words) return [start, end];
  const after = text.indexOf(words, start);
  const found = after < 0 ? text.lastIndexOf(words, start) : after;
  return found < 0 ? [start, end] : [found, found + words.length];
};

/** An index in the model's text as one in the whole content. */
const inContent = (pieces: readonly Piece[], index: number): number => {
  let before = 0;
  for (const { at, text } of pieces) {
    if (index < before + text.length) return at + index - before;
    before += text.length;
  }
  const last = pieces.at(-1);
  return last === undefined ? 0 : last.at + last.text.length;
};

/** Citations of the answer's text: one for each supported passage and source. */
export const annotations = ({ pieces, sources, supports }: Grounding): readonly Annotation[] => {
  if (pieces.length === 0 || sources.length === 0) return [];
  const text = pieces.map((piece) => piece.text).join('');
  const bytes = Buffer.from(text, 'utf8');
  return supports.flatMap((support) => {
    const [start, end] = spanOf(text, bytes, support.segment ?? {});
    const start_index = inContent(pieces, start);
    const end_index = end > start ? inContent(pieces, end - 1) + 1 : start_index;
    return (support.groundingChunkIndices ?? []).flatMap((index): readonly Annotation[] => {
      const source = sources[index];
      if (source?.uri === undefined) return [];
      return [{ type: 'url_citation', url_citation: { url: source.uri, title: source.title ?? '', start_index, end_index } }];
    });
  });
};
