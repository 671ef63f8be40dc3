import { E } from '../../kernel/fp.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import { mayShowPicture } from '../../kernel/unread-text.ts';
import type { ModelTraits } from '../model-traits.ts';
import type { RequestPart } from '../request.ts';
import { standInSignature } from '../signatures.ts';
import { plainWords } from './answer-key.ts';
import { callArguments } from './call-arguments.ts';
import { addPictureBeside, addWithPictures } from './earlier-pictures.ts';
import type { FunctionNames } from '../tools/function-names.ts';
import { sentPart, type Media } from './media-part.ts';
import type { Recalled } from './recall.ts';
import { isSignature, restoredParts, type RestoredParts, type SignedAnswer } from './signed-parts.ts';
import { textParts } from './text-parts.ts';
import type { Call, ModelTurn, TurnPart } from './turns.ts';

/** What the translation of a model's turn depends on beside itself. */
export type ModelTurnSettings = {
  readonly traits: ModelTraits;
  readonly names: FunctionNames;
  readonly media: Media;
  readonly recalled: Recalled;
  /** Google's own tools stand beside functions: their calls go back too. */
  readonly circulates: boolean;
};

/**
 * What is known of a model's turn: how it was signed, as far as that is remembered, and whether its pictures go back.
 */
export type KnownTurn = { readonly answer: SignedAnswer | undefined; readonly showsPictures: boolean };

/** A turn under translation; `sent` grows. */
type Told = {
  readonly turn: ModelTurn;
  readonly known: KnownTurn;
  readonly settings: ModelTurnSettings;
  readonly sent: RequestPart[];
};

const isServerTool = (part: RequestPart): boolean => part.toolCall !== undefined || part.toolResponse !== undefined;

/** Pictures back from their addresses; on models that validate them, those without a signature carry the stand-in. */
const signPictures = (parts: RequestPart[], from: number, { signatures }: ModelTraits): void => {
  for (let at = from; at < parts.length; at += 1) {
    const part = parts[at];
    if (part?.inlineData === undefined) continue;
    const { thoughtSignature, ...picture } = part;
    parts[at] = signatures ? { ...picture, thoughtSignature: thoughtSignature ?? standInSignature } : picture;
  }
};

const addBeside = ({ turn, known, settings, sent }: Told): void => {
  if (turn.pictures === undefined) return;
  const from = sent.length;
  for (const url of turn.pictures) addPictureBeside(sent, url, { isSent: known.showsPictures, media: settings.media });
  signPictures(sent, from, settings.traits);
};

/** The words of an answer, each stretch with its signature as it came; undefined where that is not known. */
const restoredWords = ({ turn, known, settings }: Told): RestoredParts | undefined => {
  const { answer } = known;
  if (turn.signed === undefined && (answer === undefined || answer.parts.length === 0)) return undefined;
  const words = plainWords(turn);
  const stretches = { lead: answer?.lead ?? 0, parts: turn.signed ?? answer?.parts ?? [] };
  return words === undefined
    ? undefined
    : restoredParts(words, stretches, (text) => {
        const read: RequestPart[] = [];
        for (const part of textParts(text))
          addWithPictures(read, part.text ?? '', { isSent: known.showsPictures, media: settings.media });
        signPictures(read, 0, settings.traits);
        return read;
      });
};

const addPart = (part: TurnPart, { known, settings, sent }: Told): ProxyError | null => {
  if ('text' in part && part.thought !== true && part.thoughtSignature === undefined) {
    addWithPictures(sent, part.text ?? '', { isSent: known.showsPictures, media: settings.media });
    return null;
  }
  const read = sentPart(part, settings.media, settings.traits.richParts);
  if (E.isLeft(read)) return read.left;
  if (settings.circulates || !isServerTool(read.right)) sent.push(read.right);
  return null;
};

/** A text's signature goes back on its last part, unchanged. */
const signLastText = ({ turn, known, sent }: Told): void => {
  const last = sent.at(-1);
  const signature = turn.signature ?? known.answer?.parts.findLast(({ part }) => part === undefined)?.thought_signature;
  if (
    last?.text === undefined ||
    last.thought === true ||
    last.thoughtSignature !== undefined ||
    !isSignature(signature)
  )
    return;
  sent[sent.length - 1] = { ...last, thoughtSignature: signature };
};

/**
 * A call with its thought signature: as the client gives it back, or as remembered, by its id or by the whole answer.
 */
const callPart = (call: Call, position: number, { known, settings }: Told): E.Either<ProxyError, RequestPart> => {
  const args = callArguments(call);
  if (E.isLeft(args)) return args;
  const functionCall = { id: call.id, name: settings.names.toGemini(call.name), args: args.right };
  const recalled = call.signature ?? settings.recalled.get(call.id)?.value;
  const signature = isSignature(recalled) ? recalled : (known.answer?.calls[position] ?? undefined);
  if (signature !== undefined) return E.right({ functionCall, thoughtSignature: signature });
  // Gemini 3 and later want one signature a model turn, on its first function call.
  return E.right(
    position === 0 && settings.traits.signatures
      ? { functionCall, thoughtSignature: standInSignature }
      : { functionCall },
  );
};

/** Adds what comes from a place on: calls, and unless they are restored the words between and behind them. */
const addRest = (told: Told, from: number, callsOnly: boolean): ProxyError | null => {
  const { parts } = told.turn;
  let position = 0;
  for (let at = from; at < parts.length; at += 1) {
    const part = parts[at];
    if (part === undefined) continue;
    if (!('call' in part)) {
      const fault = callsOnly ? null : addPart(part, told);
      if (fault !== null) return fault;
      continue;
    }
    const call = callPart(part.call, position, told);
    if (E.isLeft(call)) return call.left;
    told.sent.push(call.right);
    position += 1;
  }
  return null;
};

const restoredTurn = (told: Told, { before, behind }: RestoredParts): E.Either<ProxyError, readonly RequestPart[]> => {
  const { turn, settings, sent } = told;
  const add = (parts: readonly RequestPart[]): void => {
    for (const part of parts) if (settings.circulates || !isServerTool(part)) sent.push(part);
  };
  if (!before.some(isServerTool)) add(turn.serverTools ?? []);
  add(before);
  addBeside(told);
  const fault = addRest(told, 0, true);
  if (fault !== null) return E.left(fault);
  add(behind);
  return E.right(sent);
};

/** What stands before the first call; all of it where none is made. */
const addHead = (told: Told, until: number): ProxyError | null => {
  const { turn, settings, sent } = told;
  if (settings.circulates) sent.push(...(turn.serverTools ?? []));
  const from = sent.length;
  for (let at = 0; at < until; at += 1) {
    const part = turn.parts[at];
    const fault = part === undefined || 'call' in part ? null : addPart(part, told);
    if (fault !== null) return fault;
  }
  signPictures(sent, from, settings.traits);
  addBeside(told);
  if (sent.length > from) signLastText(told);
  return null;
};

const isPlainPart = (part: ModelTurn['parts'][number] | undefined): part is RequestPart => {
  if (part === undefined || !('text' in part) || part.text === '' || mayShowPicture(part.text ?? '')) return false;
  for (const name in part) if (name !== 'text') return false;
  return true;
};

/** The part of a turn that is a text and nothing else, of which nothing is known, as most are; null for any other. */
const plainPart = (turn: ModelTurn, { answer }: KnownTurn): RequestPart | null => {
  const { parts, signed, signature, pictures, serverTools } = turn;
  const isBare = signed === undefined && signature === undefined && pictures === undefined && serverTools === undefined;
  const part = isBare && answer === undefined && parts.length === 1 ? parts[0] : undefined;
  return isPlainPart(part) ? part : null;
};

/**
 * A model's turn as Gemini's parts: its words and thoughts, then its calls, as they were signed. Thoughts without their
 * signature are of no use to the model: readers leave them out.
 */
export const modelParts = (
  turn: ModelTurn,
  known: KnownTurn,
  settings: ModelTurnSettings,
): E.Either<ProxyError, readonly RequestPart[]> => {
  const plain = plainPart(turn, known);
  if (plain !== null) return E.right([plain]);
  const told: Told = { turn, known, settings, sent: [] };
  const restored = restoredWords(told);
  if (restored !== undefined) return restoredTurn(told, restored);
  const firstCall = turn.parts.findIndex((part) => 'call' in part);
  const until = firstCall < 0 ? turn.parts.length : firstCall;
  const fault = addHead(told, until) ?? addRest(told, until, false);
  return fault === null ? E.right(told.sent) : E.left(fault);
};
