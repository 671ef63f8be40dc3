import { E } from '../../kernel/fp.ts';
import type { RequestPart } from '../../gemini/request.ts';
import { fromDataUrl, isDataUrl } from '../media.ts';

/** Which pictures of earlier answers go back to the model: those of the newest answer that has any, or all. */
export type HistoryImages = 'last' | 'all';

/** What stands in for a picture that is not sent again. */
const placeholder = '[image]';

type Piece = { readonly text: string } | { readonly url: string };

/** Cuts a text at its markdown pictures `![alt](url)`. Plain scanning: a text may be megabytes of base64. */
const pieces = (text: string): readonly Piece[] => {
  const cut: Piece[] = [];
  let from = 0;
  for (let at = text.indexOf('!['); at >= 0; at = text.indexOf('![', at)) {
    const middle = text.indexOf('](', at);
    const end = middle < 0 ? -1 : text.indexOf(')', middle);
    if (end < 0) break;
    const url = text.slice(middle + 2, end).trim();
    if (text.slice(at, middle).includes('\n') || !isDataUrl(url)) {
      at += 2;
      continue;
    }
    cut.push({ text: text.slice(from, at) }, { url });
    from = end + 1;
    at = from;
  }
  cut.push({ text: text.slice(from) });
  return cut;
};

/** True when the text holds a picture of ours. */
export const holdsImages = (text: string): boolean => pieces(text).some((piece) => 'url' in piece);

/** An earlier answer's text with its pictures as parts (`sent`) or as `[image]`, in order. */
export const withImages = (text: string, sent: boolean): readonly RequestPart[] =>
  pieces(text).flatMap((piece): readonly RequestPart[] => {
    if ('text' in piece) return piece.text === '' ? [] : [{ text: piece.text }];
    const image = fromDataUrl(piece.url, '');
    return sent && E.isRight(image) ? [{ text: placeholder }, { inlineData: image.right }] : [{ text: placeholder }];
  });
