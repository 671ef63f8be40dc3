import { jsonPiecesWithin } from '../kernel/json-pieces.ts';
import { joinMixed, mostBytesOf } from '../kernel/mixed-pieces.ts';
import { writtenText } from './exact-json.ts';
import { configText, requestText } from './request-text.ts';
import type { GenerateContentRequest } from './request.ts';

/** The JSON of a call's body: as text, or as bytes in pieces where it is long. */
export type CallBody = string | readonly Uint8Array[];

/** Longer texts are kept as bytes: these are written to the socket as they are, by any number of calls at once. */
const longestText = 256 * 1024;

type Common = Omit<GenerateContentRequest, 'generationConfig' | 'continuationToken'>;

/** The fields in which the calls of one request differ, as the end of an object; they are short. */
const endOf = (body: GenerateContentRequest): string => {
  const own = configText(body);
  return own === '{}' ? '}' : `,${own.slice(1)}`;
};

/** Named one by one: to leave fields out of a copy costs more than all of it. */
const commonOf = (body: GenerateContentRequest): Common => ({
  contents: body.contents,
  systemInstruction: body.systemInstruction,
  tools: body.tools,
  toolConfig: body.toolConfig,
  cachedContent: body.cachedContent,
  safetySettings: body.safetySettings,
  serviceTier: body.serviceTier,
});

const isSame = (one: Common, other: Common): boolean =>
  one.contents === other.contents &&
  one.systemInstruction === other.systemInstruction &&
  one.tools === other.tools &&
  one.toolConfig === other.toolConfig &&
  one.safetySettings === other.safetySettings &&
  one.cachedContent === other.cachedContent &&
  one.serviceTier === other.serviceTier;

type Start = string | readonly (string | Uint8Array)[];

/** Without the bracket that ends the object. */
const openEnded = (pieces: readonly Uint8Array[]): readonly Uint8Array[] =>
  pieces.map((piece, at) => (at === pieces.length - 1 ? piece.subarray(0, -1) : piece));

const asBytes = (piece: string | Uint8Array): Uint8Array => (typeof piece === 'string' ? Buffer.from(piece) : piece);

const startOf = (common: Common): Start => {
  const text = requestText(common);
  return typeof text === 'string' && text.length > longestText ? [Buffer.from(text)] : text;
};

/** Few bytes are one piece, which goes to the socket at once. */
const endBody = (start: Start, body: GenerateContentRequest): CallBody => {
  if (typeof start === 'string') return start + endOf(body);
  const pieces = [...start, endOf(body)];
  return mostBytesOf(pieces) > longestText ? pieces.map(asBytes) : [joinMixed(pieces)];
};

/**
 * Encodes a body at once, or a large one in pieces between which the event loop breathes; that is null where it would
 * be more than it may.
 */
export type BodyEncoder = {
  readonly small: (body: GenerateContentRequest) => CallBody;
  readonly large: (body: GenerateContentRequest) => Promise<CallBody | null>;
};

const encodeWithin = async (most: number, common: Common): Promise<Start | null> => {
  const pieces = await jsonPiecesWithin(most, common, writtenText);
  return pieces === null ? null : openEnded(pieces);
};

/**
 * Encodes the bodies of one request's calls. What they have in common (all but the seed, or the token to go on with) is
 * encoded once: eight copies of a call of 57 MB would be 900 MB of JSON.
 */
export const bodyEncoder = (most = Infinity): BodyEncoder => {
  let known: { readonly common: Common; readonly start: Start | Promise<Start | null> } | null = null;
  const remembered = (
    body: GenerateContentRequest,
    encode: (common: Common) => Start | Promise<Start | null>,
  ): Start | Promise<Start | null> => {
    if (known === null || !isSame(known.common, body)) {
      const common = commonOf(body);
      known = { common, start: encode(common) };
    }
    return known.start;
  };
  return {
    small: (body) => {
      const start = remembered(body, startOf);
      return endBody(start instanceof Promise ? startOf(commonOf(body)) : start, body);
    },
    large: async (body) => {
      const start = await remembered(body, (common) => encodeWithin(most, common));
      return start === null ? null : endBody(start, body);
    },
  };
};
