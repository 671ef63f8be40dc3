import { withoutTrailing } from '../kernel/without-trailing.ts';
import type { Content, GenerateContentRequest, RequestPart } from './request.ts';

/** Google's documented stand-in for a thought signature that is not known (accepted on the Gemini API and Vertex). */
export const standInSignature = 'skip_thought_signature_validator';

/** The words that Google documents for signatures that are lost, and their base64, as some clients write them. */
const standIns: ReadonlySet<string> = new Set(
  [standInSignature, 'context_engineering_is_the_way_to_go'].flatMap((word) => [
    word,
    Buffer.from(word).toString('base64url'),
  ]),
);

/** True for a signature that stands for one that is not known, whoever put it there. */
export const isStandIn = (signature: string): boolean => standIns.has(withoutTrailing(signature, '='));

/** Gemini 3 and later want one signature a model turn, on its first function call: marks it when it has none. */
const withStandIn = (parts: readonly RequestPart[]): readonly RequestPart[] => {
  const first = parts.findIndex((part) => part.functionCall !== undefined);
  return parts.map((part, index) =>
    index === first && part.thoughtSignature === undefined ? { ...part, thoughtSignature: standInSignature } : part,
  );
};

const stripSignature = (part: RequestPart): RequestPart => {
  const { thoughtSignature, ...rest } = part;
  return thoughtSignature === undefined || part.inlineData === undefined
    ? rest
    : { ...rest, thoughtSignature: standInSignature };
};

/** A thought is sent for its signature alone, and so is an empty text. */
const isBare = ({ thought, text }: RequestPart): boolean => thought === true || text === '';

const strippedTurn = (content: Content): Content =>
  content.role === 'model'
    ? { ...content, parts: withStandIn(content.parts.filter((part) => !isBare(part)).map(stripSignature)) }
    : content;

/** The same request without the signatures it came with, for one more try after "Corrupted thought signature". */
export const withoutSignatures = (body: GenerateContentRequest): GenerateContentRequest => ({
  ...body,
  contents: body.contents.map(strippedTurn),
});
