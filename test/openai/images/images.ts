import { E } from '../../../src/kernel/fp.ts';
import type { Frame, ResponsePart } from '../../../src/gemini/response.ts';
import type { TranslationContext } from '../../../src/ports/dialect.ts';

/** The beginning of a PNG, as base64. */
export const png = 'iVBORw0KGgoAAAAN';

export const picture = (data = png, mimeType = 'image/png'): ResponsePart => ({ inlineData: { mimeType, data } });

export const frameOf = (parts: readonly ResponsePart[], rest: Partial<Frame> & { readonly finishReason?: string } = {}): Frame => {
  const { finishReason, ...frame } = rest;
  return { candidates: [{ content: { parts }, ...(finishReason === undefined ? {} : { finishReason }) }], ...frame };
};

export const context: TranslationContext = { requestId: 'req_1', id: 'x', created: 7, recalled: new Map(), media: new Map(), imageReplyFormat: null };

export const rightOf = <A>(either: E.Either<unknown, A>): A => {
  if (E.isLeft(either)) throw new Error(JSON.stringify(either.left));
  return either.right;
};
