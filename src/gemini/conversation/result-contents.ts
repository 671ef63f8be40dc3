import { E } from '../../kernel/fp.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import type { Content, RequestBlob, RequestPart } from '../request.ts';
import { sentPart } from './media-part.ts';
import type { ModelTurnSettings } from './model-parts.ts';
import { resultResponse } from './result-response.ts';
import type { Call, ResultTurn } from './turns.ts';

/** Kinds that a function response can hold beside its object, on models that take them there. */
const holdable: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/webp',
  'application/pdf',
  'text/plain',
]);

type Settings = Pick<ModelTurnSettings, 'traits' | 'names' | 'media'>;

/** Media that can't be inside a response grows in `beside`. */
type Placing = { readonly settings: Settings; readonly beside: RequestPart[] };

type Held = { readonly inlineData: RequestBlob };

/** The response to one call. */
const responsePart = (
  call: Call,
  result: ResultTurn | undefined,
  { settings: { traits, names, media }, beside }: Placing,
): E.Either<ProxyError, RequestPart> => {
  const { id } = call;
  const name = names.toGemini(call.name);
  if (result === undefined) return E.right({ functionResponse: { id, name, response: { error: 'no result' } } });
  const parts: Held[] = [];
  for (const part of result.media) {
    const read = sentPart(part, media, traits.richParts);
    if (E.isLeft(read)) return read;
    const { inlineData } = read.right;
    if (inlineData !== undefined && traits.richParts && holdable.has(inlineData.mimeType)) parts.push({ inlineData });
    else if (inlineData !== undefined) beside.push(read.right);
  }
  const response = resultResponse(result);
  return E.right({ functionResponse: parts.length === 0 ? { id, name, response } : { id, name, response, parts } });
};

/**
 * The results of one turn's calls: one user turn, in the order of the calls, whatever order they came in and whatever
 * stood between; a call without a result says so. Media that can't be inside follows in its own turn.
 */
export const resultContents = (
  calls: readonly Call[],
  results: ReadonlyMap<number, ResultTurn> | undefined,
  settings: Settings,
): E.Either<ProxyError, readonly Content[]> => {
  if (calls.length === 0) return E.right([]);
  const parts: RequestPart[] = [];
  const beside: RequestPart[] = [];
  for (const [position, call] of calls.entries()) {
    const read = responsePart(call, results?.get(position), { settings, beside });
    if (E.isLeft(read)) return read;
    parts.push(read.right);
  }
  const turn: Content = { role: 'user', parts };
  return E.right(beside.length === 0 ? [turn] : [turn, { role: 'user', parts: beside }]);
};
