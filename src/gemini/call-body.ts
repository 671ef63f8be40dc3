import { jsonText } from '../kernel/well-formed.ts';
import { requestText } from './request-text.ts';
import type { GenerateContentRequest } from './request.ts';

/** The JSON of a call's body: as text, or as bytes in pieces where it is long. */
export type CallBody = string | readonly Uint8Array[];

/** Longer texts are kept as bytes: these are written to the socket as they are, by any number of calls at once. */
const longestText = 256 * 1024;

type Common = Omit<GenerateContentRequest, 'generationConfig' | 'continuationToken'>;

/** The fields in which the calls of one request differ, as the end of an object; they are short. */
const endOf = ({ generationConfig, continuationToken }: GenerateContentRequest): string => {
  const own = jsonText({ generationConfig, continuationToken });
  return own === '{}' ? '}' : `,${own.slice(1)}`;
};

const isSame = (one: Common, other: Common): boolean =>
  one.contents === other.contents &&
  one.systemInstruction === other.systemInstruction &&
  one.tools === other.tools &&
  one.toolConfig === other.toolConfig &&
  one.safetySettings === other.safetySettings &&
  one.cachedContent === other.cachedContent &&
  one.serviceTier === other.serviceTier;

/**
 * Encodes the bodies of one request's calls. What they have in common (all but the seed, or the token to go on with) is
 * encoded once: eight copies of a call of 57 MB would be 900 MB of JSON.
 */
export const bodyEncoder = (): ((body: GenerateContentRequest) => CallBody) => {
  let known: { readonly common: Common; readonly start: string | Uint8Array } | null = null;
  const startOf = (body: GenerateContentRequest): string | Uint8Array => {
    const { generationConfig: _, continuationToken: _token, ...common } = body;
    if (known !== null && isSame(known.common, common)) return known.start;
    const text = requestText(common).slice(0, -1);
    const start = text.length > longestText ? Buffer.from(text) : text;
    known = { common, start };
    return start;
  };
  return (body) => {
    const start = startOf(body);
    return typeof start === 'string' ? start + endOf(body) : [start, Buffer.from(endOf(body))];
  };
};
