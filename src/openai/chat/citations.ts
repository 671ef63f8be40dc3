import type { GroundingMetadata } from '../../gemini/response.ts';
import type { Annotation } from './chunk.ts';

type Web = { readonly uri?: string; readonly title?: string };

/** What a stream has said of its sources so far: each frame brings new ones, indices count over all of them. */
export type Grounding = {
  readonly sources: readonly (Web | undefined)[];
  readonly supports: NonNullable<GroundingMetadata['groundingSupports']>;
};

export const noGrounding: Grounding = { sources: [], supports: [] };

/** Adds one frame's grounding metadata. */
export const withGrounding = (known: Grounding, next: GroundingMetadata | undefined): Grounding =>
  next === undefined
    ? known
    : {
        sources: [...known.sources, ...(next.groundingChunks ?? []).map((chunk) => chunk.web)],
        supports: [...known.supports, ...(next.groundingSupports ?? [])],
      };

/** Character index of a byte offset: Gemini counts UTF-8 bytes, OpenAI characters (UTF-16 units, as JavaScript does). */
const characterAt = (bytes: Uint8Array, offset: number): number => Buffer.from(bytes.subarray(0, offset)).toString('utf8').length;

/** Citations of the answer's text: one for each supported passage and source. */
export const annotations = (text: string, { sources, supports }: Grounding): readonly Annotation[] => {
  if (sources.length === 0) return [];
  const bytes = Buffer.from(text, 'utf8');
  return supports.flatMap((support) => {
    const start_index = characterAt(bytes, support.segment?.startIndex ?? 0);
    const end_index = characterAt(bytes, support.segment?.endIndex ?? bytes.length);
    return (support.groundingChunkIndices ?? []).flatMap((index): readonly Annotation[] => {
      const source = sources[index];
      if (source?.uri === undefined) return [];
      return [{ type: 'url_citation', url_citation: { url: source.uri, title: source.title ?? '', start_index, end_index } }];
    });
  });
};
