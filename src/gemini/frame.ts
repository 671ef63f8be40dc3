import { isObject } from '../kernel/is-object.ts';
import { viewOfBase64 } from './byte-view.ts';
import {
  fitsShape,
  isCount,
  isShallow,
  isText,
  mostDepth,
  soundFieldsOf,
  type Shape,
} from './field-checks.ts';
import { candidateShape, feedbackShape, partShape, usageShape } from './frame-shapes.ts';
import { harmlessText } from './harmless-text.ts';
import { answeredKind } from './media-kind.ts';
import { plainCandidate, saidText, type Said } from './plain-text.ts';
import { holdsNull, withoutNulls } from './without-nulls.ts';
import type { Candidate, Frame, ResponsePart, UsageMetadata } from './response.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Only what has its right type: a null is no value, and what is wrong is dropped by itself, in lists too. */
const soundFields = (value: Fields, shape: Shape): Fields => {
  const fields = withoutNulls(value);
  return fitsShape(fields, shape) ? fields : soundFieldsOf(fields, shape);
};

const isPart = (value: unknown): value is ResponsePart & Fields => fitsShape(value, partShape);
const isUsage = (value: Fields): value is UsageMetadata & Fields => fitsShape(value, usageShape);
const isUsualDetail = (value: unknown): boolean => {
  if (!isObject(value)) return false;
  for (const name in value) {
    const told = value[name];
    if (name === 'modality' ? !isText(told) : name !== 'tokenCount' || !isCount(told)) return false;
  }
  return true;
};

const isUsualField = (name: string, told: unknown): boolean => {
  switch (name) {
    case 'promptTokenCount':
    case 'candidatesTokenCount':
    case 'totalTokenCount':
    case 'thoughtsTokenCount':
      return isCount(told);
    case 'promptTokensDetails':
      return Array.isArray(told) && told.every(isUsualDetail);
    default:
      return false;
  }
};

/** Usage as nearly all frames tell it, of which nothing is left out: seen without the shapes that tell all of it. */
const isUsualUsage = (value: Fields): value is UsageMetadata & Fields => {
  for (const name in value) if (!isUsualField(name, value[name])) return false;
  return true;
};

const isFeedback = (value: Fields): value is NonNullable<Frame['promptFeedback']> & Fields =>
  fitsShape(value, feedbackShape);
const isPlainCandidate = (value: Fields): value is Candidate & Fields => fitsShape(value, candidateShape);

/** Enum values by number, as servers with integer enums send them (discovery document, in its order). */
const finishReasons = [
  'FINISH_REASON_UNSPECIFIED',
  'STOP',
  'MAX_TOKENS',
  'SAFETY',
  'RECITATION',
  'OTHER',
  'LANGUAGE',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'MALFORMED_FUNCTION_CALL',
  'IMAGE_SAFETY',
  'UNEXPECTED_TOOL_CALL',
];
const blockReasons = ['BLOCK_REASON_UNSPECIFIED', 'SAFETY', 'OTHER', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'IMAGE_SAFETY'];

const nameCode = (value: Fields, name: string, names: readonly string[]): Fields => {
  const code = value[name];
  return typeof code === 'number' ? { ...value, [name]: names[code] ?? 'OTHER' } : value;
};

/** A picture or sound is what its bytes are, whatever Gemini calls it: all that is told of it begins here. */
const trulyNamed = (part: ResponsePart): ResponsePart => {
  if (part.inlineData === undefined) return part;
  const { mimeType, data } = part.inlineData;
  const kind = answeredKind(viewOfBase64(data), mimeType);
  return kind === mimeType ? part : { ...part, inlineData: { mimeType: kind, data } };
};

/** A part is taken or left as a whole. */
const readPart = (value: unknown): readonly ResponsePart[] => {
  if (!isPart(value)) return [];
  const part = soundFields(value, partShape);
  return isPart(part) ? [trulyNamed(part)] : [];
};

/** A part that is taken as it is, but for what media are called. */
const isSoundPart = (value: unknown): value is ResponsePart => isPart(value) && !holdsNull(value);

const partsOf = (candidate: unknown): readonly unknown[] => {
  const content = isObject(candidate) ? candidate['content'] : undefined;
  return isObject(content) && Array.isArray(content['parts']) ? content['parts'] : [];
};

/** A call that is left out, in words: without it the answer would be another one. */
const lostCall = (part: unknown): string | null => {
  if (!isObject(part) || part['functionCall'] == null || isPart(part)) return null;
  const call = part['functionCall'];
  const isDeep = isObject(call) && isObject(call['args']) && !isShallow(call['args']);
  return isDeep
    ? `a tool call whose arguments are nested more than ${mostDepth} levels deep`
    : 'a tool call that is none';
};

const lostIn = (candidates: readonly unknown[]): Pick<Frame, 'lost'> => {
  for (const candidate of candidates) {
    for (const part of partsOf(candidate)) {
      const lost = lostCall(part);
      if (lost !== null) return { lost };
    }
  }
  return {};
};

const readCandidate = (value: unknown): readonly Candidate[] => {
  if (!isObject(value)) return [];
  const { content, ...rest } = nameCode(value, 'finishReason', finishReasons);
  const sane = soundFields(rest, candidateShape);
  if (!isPlainCandidate(sane)) return [];
  const kept = sane.finishMessage === undefined ? sane : { ...sane, finishMessage: harmlessText(sane.finishMessage) };
  const parts = isObject(content) && Array.isArray(content['parts']) ? content['parts'].flatMap(readPart) : undefined;
  return [parts === undefined ? kept : { ...kept, content: { parts } }];
};

/** A candidate of which nothing is left out or changed: nearly all are such. Null where it must be looked into. */
const soundCandidate = (value: unknown): Candidate | null => {
  if (!isObject(value) || !isPlainCandidate(value) || holdsNull(value)) return null;
  const { content, finishMessage } = value;
  if (finishMessage !== undefined) return null;
  if (content === undefined) return value;
  const parts: unknown = content.parts;
  if (!Array.isArray(parts) || !parts.every(isSoundPart)) return null;
  return { ...value, content: { parts: parts.map(trulyNamed) } };
};

const readCandidates = (values: readonly unknown[]): Pick<Frame, 'candidates' | 'lost'> => {
  const candidates: Candidate[] = [];
  for (const value of values) {
    const candidate = soundCandidate(value);
    if (candidate === null) return { candidates: values.flatMap(readCandidate), ...lostIn(values) };
    candidates.push(candidate);
  }
  return { candidates };
};

const readUsage = (value: unknown): UsageMetadata => {
  if (!isObject(value)) return {};
  if (isUsualUsage(value)) return value;
  if (isUsage(value) && !holdsNull(value)) return value;
  const usage = soundFields(value, usageShape);
  return isUsage(usage) ? usage : {};
};

const readFeedback = (value: unknown): NonNullable<Frame['promptFeedback']> => {
  const feedback = isObject(value) ? soundFields(nameCode(value, 'blockReason', blockReasons), feedbackShape) : {};
  if (!isFeedback(feedback)) return {};
  const { blockReasonMessage: message } = feedback;
  return message === undefined ? feedback : { ...feedback, blockReasonMessage: harmlessText(message) };
};

/** What one JSON value from Google is: a frame, an error of theirs, or nothing that we can read. */
export type FrameReading =
  | { readonly kind: 'frame'; readonly frame: Frame }
  | { readonly kind: 'error'; readonly error: Readonly<Record<string, unknown>> }
  | { readonly kind: 'unreadable' };

const unreadable: FrameReading = { kind: 'unreadable' };

/** A frame that is being made: absent fields cost nothing. */
type Making = { -readonly [Name in keyof Frame]: Frame[Name] };

/**
 * Reads a JSON value as a frame. Unknown fields, parts and enum values are let through; a known field of a wrong type
 * is dropped with its part, never fatal. An error may stand alone or in an array.
 */
export const readFrame = (value: unknown): FrameReading => {
  const body: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  if (!isObject(body)) return unreadable;
  if (isObject(body['error'])) return { kind: 'error', error: body['error'] };
  const { candidates, promptFeedback, usageMetadata, modelVersion } = body;
  if (candidates === undefined && promptFeedback === undefined && usageMetadata === undefined) return unreadable;
  const frame: Making = Array.isArray(candidates) ? readCandidates(candidates) : {};
  if (promptFeedback !== undefined) frame.promptFeedback = readFeedback(promptFeedback);
  if (usageMetadata !== undefined) frame.usageMetadata = readUsage(usageMetadata);
  if (typeof modelVersion === 'string') frame.modelVersion = modelVersion;
  return { kind: 'frame', frame };
};

/** Reads a frame of which nothing is left out or changed: a text and usage, as nearly all are. Null for any other. */
export const readPlainFrame = (value: unknown): Frame | null => {
  if (!isObject(value) || value['error'] !== undefined) return null;
  const { candidates, promptFeedback, usageMetadata, modelVersion } = value;
  if (!Array.isArray(candidates) || candidates.length !== 1 || promptFeedback !== undefined) return null;
  const candidate = plainCandidate(candidates[0]);
  if (candidate === null) return null;
  const frame: Making = { candidates: [candidate] };
  if (usageMetadata !== undefined) frame.usageMetadata = readUsage(usageMetadata);
  if (typeof modelVersion === 'string') frame.modelVersion = modelVersion;
  return frame;
};

/** The same, told in short: null for one that has ended, too. */
export const readSaid = (value: unknown): Said | null => {
  if (!isObject(value) || value['error'] !== undefined) return null;
  const { candidates, promptFeedback, usageMetadata } = value;
  if (!Array.isArray(candidates) || candidates.length !== 1 || promptFeedback !== undefined) return null;
  const text = saidText(candidates[0]);
  if (text === null) return null;
  return { text, json: null, usage: usageMetadata === undefined ? undefined : readUsage(usageMetadata) };
};
