import { E, pipe } from '../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../kernel/proxy-error.ts';
import type { ModelTraits } from '../../gemini/model-traits.ts';
import type { Json, JsonObject, RequestPart } from '../../gemini/request.ts';
import { standInSignature, withStandIn } from '../../gemini/signatures.ts';
import type { Signature } from '../../ports/capabilities.ts';
import { callsOf, type Call } from './calls.ts';
import type { FunctionNames } from './function-names.ts';
import { callSignature, serverToolParts, textSignature } from './history-signatures.ts';
import { holdsImages, withImages, type HistoryImages } from './history-images.ts';
import { contentParts } from './parts.ts';
import type { ChatMessage } from './request.ts';

export type AnswerContext = {
  readonly traits: ModelTraits;
  readonly names: FunctionNames;
  readonly recalled: ReadonlyMap<string, Signature>;
  /** Index of the newest assistant message that holds pictures; -1 for none. */
  readonly newestImages: number;
  readonly historyImages: HistoryImages;
  /** Google's own tools stand beside functions: their calls go back too. */
  readonly circulates: boolean;
};

const textOf = (message: ChatMessage): string => {
  if (typeof message.content === 'string') return message.content;
  if (!Array.isArray(message.content)) return '';
  return message.content.map((part: { readonly text?: unknown }) => (typeof part?.text === 'string' ? part.text : '')).join('');
};

/** Where the newest earlier answer with pictures stands; -1 for none. */
export const newestImages = (messages: readonly ChatMessage[]): number =>
  messages.findLastIndex((message) => message.role === 'assistant' && holdsImages(textOf(message)));

const isObject = (value: Json): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The arguments as an object: '' and null are none, what is no object goes in as `value`. */
const argumentsOf = (call: Call, path: string): E.Either<ProxyError, JsonObject> => {
  const text = call.arguments ?? '';
  if (text.trim() === '') return E.right({});
  return pipe(
    E.tryCatch(
      (): Json => JSON.parse(text),
      () => invalid(`'${path}' is not valid JSON.`, path, 'invalid_value'),
    ),
    E.map((value) => (value === null ? {} : isObject(value) ? value : { value })),
  );
};

const callParts = (message: ChatMessage, index: number, context: AnswerContext): E.Either<ProxyError, readonly RequestPart[]> => {
  const parts: RequestPart[] = [];
  for (const [position, call] of callsOf(message, index).entries()) {
    const args = argumentsOf(call, `messages.${index}.tool_calls.${position}.function.arguments`);
    if (E.isLeft(args)) return args;
    const thoughtSignature = callSignature(message, call, context.recalled);
    parts.push({
      functionCall: { id: call.id, name: context.names.toGemini(call.name), args: args.right },
      ...(thoughtSignature === undefined ? {} : { thoughtSignature }),
    });
  }
  return E.right(context.traits.signatures ? withStandIn(parts) : parts);
};

/** Pictures back from markdown; on models that validate them the pictures carry the stand-in signature. */
const imagesBack = (parts: readonly RequestPart[], index: number, context: AnswerContext): readonly RequestPart[] => {
  const sent = context.historyImages === 'all' || context.newestImages === index;
  const read = parts.flatMap((part) => (part.text === undefined ? [part] : withImages(part.text, sent)));
  return context.traits.signatures
    ? read.map((part) => (part.inlineData === undefined ? part : { ...part, thoughtSignature: standInSignature }))
    : read;
};

/** A text's signature goes back on its last part, unchanged. */
const signed = (parts: readonly RequestPart[], signature: string | undefined): readonly RequestPart[] => {
  const last = parts.at(-1);
  return signature === undefined || last?.text === undefined ? parts : [...parts.slice(0, -1), { ...last, thoughtSignature: signature }];
};

/**
 * An assistant message as the parts of a model turn: its text, then its calls in order with their thought signatures.
 * reasoning_content is not sent back: thoughts without their signature are of no use to the model.
 */
export const answerParts = (message: ChatMessage, index: number, context: AnswerContext): E.Either<ProxyError, readonly RequestPart[]> => {
  if (message.audio !== undefined) {
    const path = `messages.${index}.audio.id`;
    return E.left(invalid(`'${path}': earlier audio answers are not kept here; send the transcript as content.`, path, 'unsupported_value'));
  }
  return pipe(
    contentParts(message.content ?? message.refusal, `messages.${index}.content`),
    E.map((parts) => [
      ...(context.circulates ? serverToolParts(message) : []),
      ...signed(imagesBack(parts, index, context), textSignature(message)),
    ]),
    E.flatMap((text) => pipe(callParts(message, index, context), E.map((calls) => [...text, ...calls]))),
  );
};
