import { E, pipe } from '../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../kernel/proxy-error.ts';
import type { ModelTraits } from '../../gemini/model-traits.ts';
import type { JsonObject, RequestPart } from '../../gemini/request.ts';
import { standInSignature, withStandIn } from '../../gemini/signatures.ts';
import { isJsonObject } from '../../gemini/is-json-object.ts';
import type { Signature } from '../../ports/capabilities.ts';
import { jsonOf } from '../json-text.ts';
import { callsOf, type Call } from './calls.ts';
import type { FunctionNames } from './function-names.ts';
import { callSignatures, serverToolParts, textSignature } from './history-signatures.ts';
import { imagesBeside, withImages, type ImageReturn } from './history-images.ts';
import { contentParts, type Media } from './parts.ts';
import type { ChatMessage } from './request.ts';

/** What an assistant message's translation depends on beside itself. */
export type AnswerContext = {
  readonly traits: ModelTraits;
  readonly names: FunctionNames;
  readonly recalled: ReadonlyMap<string, Signature>;
  /** Tells whether the pictures of the assistant message at this index go back. */
  readonly isShown: (index: number) => boolean;
  readonly media: Media;
  /** Google's own tools stand beside functions: their calls go back too. */
  readonly circulates: boolean;
};

/** The arguments as an object: '' and null are none, what is no object goes in as `value`. */
const argumentsOf = (call: Call, path: string): E.Either<ProxyError, JsonObject> => {
  const text = call.arguments ?? '';
  if (text.trim() === '') return E.right({});
  return pipe(
    jsonOf(text),
    E.bimap(
      (fault) => invalid(`'${path}' is ${fault}.`, path, 'invalid_value'),
      (value) => (value === null ? {} : isJsonObject(value) ? value : { value }),
    ),
  );
};

const callParts = (message: ChatMessage, index: number, context: AnswerContext): E.Either<ProxyError, readonly RequestPart[]> => {
  const parts: RequestPart[] = [];
  const signatureOf = callSignatures(message, context.recalled);
  for (const [position, call] of callsOf(message, index).entries()) {
    const args = argumentsOf(call, `messages.${index}.tool_calls.${position}.function.arguments`);
    if (E.isLeft(args)) return args;
    const thoughtSignature = signatureOf(call);
    parts.push({
      functionCall: { id: call.id, name: context.names.toGemini(call.name), args: args.right },
      ...(thoughtSignature === undefined ? {} : { thoughtSignature }),
    });
  }
  return E.right(context.traits.signatures ? withStandIn(parts) : parts);
};

type ImagesBack = ImageReturn & Pick<AnswerContext, 'traits'>;

/** Pictures back from their addresses; on models that validate them, those without a signature carry the stand-in. */
const imagesBack = (parts: readonly RequestPart[], message: ChatMessage, { traits, ...back }: ImagesBack): readonly RequestPart[] => {
  const read = [...parts.flatMap((part) => (part.text === undefined ? [part] : withImages(part.text, back))), ...imagesBeside(message, back)];
  return read.map(({ thoughtSignature, ...part }) =>
    part.inlineData === undefined || !traits.signatures ? part : { ...part, thoughtSignature: thoughtSignature ?? standInSignature },
  );
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
  const { media, isShown, traits } = context;
  return pipe(
    contentParts(message.content ?? message.refusal, `messages.${index}.content`, media),
    E.map((parts) => imagesBack(parts, message, { isSent: isShown(index), media, traits })),
    E.map((parts) => [...(context.circulates ? serverToolParts(message) : []), ...signed(parts, textSignature(message))]),
    E.flatMap((text) => pipe(callParts(message, index, context), E.map((calls) => [...text, ...calls]))),
  );
};
