import { E, pipe } from '../../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../../kernel/proxy-error.ts';
import { wellFormedJson } from '../../../kernel/well-formed.ts';
import type { ModelTraits } from '../../../gemini/model-traits.ts';
import { fateOf, withExactText } from '../../../gemini/exact-json.ts';
import type { Json, JsonObject, RequestPart } from '../../../gemini/request.ts';
import { standInSignature, withStandIn } from '../../../gemini/signatures.ts';
import { isJsonObject } from '../../../gemini/is-json-object.ts';
import { jsonOf } from '../../../gemini/json-text.ts';
import { callsOf, type Call } from './calls.ts';
import type { FunctionNames } from '../../../gemini/conversation/function-names.ts';
import { textOf } from './answer-key.ts';
import { callSignatures, serverToolParts, signedParts, textSignature, type Remembered } from './history-signatures.ts';
import { imagesBeside, withImages, type ImageReturn } from './history-images.ts';
import { contentParts, textParts, type Media } from './parts.ts';
import type { ChatMessage } from './request.ts';
import { restoredParts, type RestoredParts } from '../../../gemini/conversation/signed-parts.ts';

/** What an assistant message's translation depends on beside itself. */
export type AnswerContext = {
  readonly traits: ModelTraits;
  readonly names: FunctionNames;
  /** What is remembered of the signatures of the assistant message at this index. */
  readonly remembered: (index: number) => Remembered;
  /** Tells whether the pictures of the assistant message at this index go back. */
  readonly isShown: (index: number) => boolean;
  readonly media: Media;
  /** Google's own tools stand beside functions: their calls go back too. */
  readonly circulates: boolean;
};

/** Arguments with their numbers and their order as they were written. */
const asWritten = (value: Json, text: string): JsonObject => {
  const fate = fateOf(text, value);
  if (fate.kind === 'same') return isJsonObject(value) ? value : { value };
  return isJsonObject(value) ? withExactText(value, fate.exact) : withExactText({ value }, `{"value":${fate.exact}}`);
};

/** The arguments as an object: '' and null are none, what is no object goes in as `value`. */
const argumentsOf = (call: Call, path: string): E.Either<ProxyError, JsonObject> => {
  const text = call.arguments ?? '';
  if (text.trim() === '') return E.right({});
  return pipe(
    jsonOf(text),
    E.bimap(
      (fault) => invalid(`'${path}' is ${fault}.`, path, 'invalid_value'),
      (value) => (value === null ? {} : asWritten(value, wellFormedJson(text))),
    ),
  );
};

/** An assistant message, where it stands, and what is remembered of its signatures. */
type Answer = { readonly message: ChatMessage; readonly index: number; readonly known: Remembered };

const callParts = ({ message, index, known }: Answer, context: AnswerContext): E.Either<ProxyError, readonly RequestPart[]> => {
  const parts: RequestPart[] = [];
  const signatureOf = callSignatures(message, known);
  for (const [position, call] of callsOf(message, index).entries()) {
    const args = argumentsOf(call, `messages.${index}.tool_calls.${position}.function.arguments`);
    if (E.isLeft(args)) return args;
    const thoughtSignature = signatureOf(call, position);
    parts.push({
      functionCall: { id: call.id, name: context.names.toGemini(call.name), args: args.right },
      ...(thoughtSignature === undefined ? {} : { thoughtSignature }),
    });
  }
  return E.right(context.traits.signatures ? withStandIn(parts) : parts);
};

type ImagesBack = ImageReturn & Pick<AnswerContext, 'traits'>;

/** Pictures back from their addresses; on models that validate them, those without a signature carry the stand-in. */
const imagesBack = (parts: readonly RequestPart[], message: Pick<ChatMessage, 'images'>, { traits, ...back }: ImagesBack): readonly RequestPart[] => {
  const read = [...parts.flatMap((part) => (part.text === undefined ? [part] : withImages(part.text, back))), ...imagesBeside(message, back)];
  if (read.every((part) => part.inlineData === undefined)) return read;
  return read.map(({ thoughtSignature, ...part }) =>
    part.inlineData === undefined || !traits.signatures ? part : { ...part, thoughtSignature: thoughtSignature ?? standInSignature },
  );
};

/** A text's signature goes back on its last part, unchanged. */
const signed = (parts: readonly RequestPart[], signature: string | undefined): readonly RequestPart[] => {
  const last = parts.at(-1);
  return signature === undefined || last?.text === undefined ? parts : [...parts.slice(0, -1), { ...last, thoughtSignature: signature }];
};

const isServerTool = (part: RequestPart): boolean => part.toolCall !== undefined || part.toolResponse !== undefined;

/** The words of an answer, each stretch with its signature as it came where that is known. */
const spokenParts = ({ message, index, known }: Answer, context: AnswerContext): E.Either<ProxyError, RestoredParts> => {
  const { media, traits, circulates, isShown } = context;
  const shown = (parts: readonly RequestPart[]): readonly RequestPart[] => imagesBack(parts, { images: undefined }, { isSent: isShown(index), media, traits });
  const beside = (): readonly RequestPart[] => imagesBack([], message, { isSent: isShown(index), media, traits });
  const answer = signedParts(message, known);
  const content = textOf(message.content);
  const restored = answer === undefined || content === undefined ? undefined : restoredParts(content, answer, (text) => shown(textParts(text)));
  if (restored !== undefined) {
    const kept = (parts: readonly RequestPart[]): readonly RequestPart[] => (circulates ? parts : parts.filter((part) => !isServerTool(part)));
    const tools = circulates && !restored.before.some(isServerTool) ? serverToolParts(message) : [];
    return E.right({ before: [...tools, ...kept(restored.before), ...beside()], behind: kept(restored.behind) });
  }
  return pipe(
    contentParts(message.content ?? message.refusal, `messages.${index}.content`, media),
    E.map((parts) => [...(circulates ? serverToolParts(message) : []), ...signed([...shown(parts), ...beside()], textSignature(message, known))]),
    E.map((before) => ({ before, behind: [] })),
  );
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
  const answer = { message, index, known: context.remembered(index) };
  return pipe(
    spokenParts(answer, context),
    E.flatMap(({ before, behind }) => pipe(callParts(answer, context), E.map((calls) => [...before, ...calls, ...behind]))),
  );
};
