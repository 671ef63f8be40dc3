import { E } from '../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../kernel/proxy-error.ts';
import type { Steps } from '../../kernel/steps.ts';
import type { Content, RequestPart } from '../request.ts';
import { picturesFrom, type HistoryImages } from './earlier-pictures.ts';
import { sentParts } from './media-part.ts';
import { modelParts, type ModelTurnSettings } from './model-parts.ts';
import { pairResults, type Results } from './pair-results.ts';
import { answerRecall, type RecallAnswer } from './recall.ts';
import { resultContents } from './result-contents.ts';
import { orderTurns } from './turn-order.ts';
import { callsIn, type Turn } from './turns.ts';

/**
 * Which system messages are the system instruction: `leading`, those before the first other message; `instruction`,
 * all; `user`, none. The others stay in place as text of a user turn.
 */
export type SystemPromptMode = 'leading' | 'instruction' | 'user';

/** What the translation of a conversation depends on beside it. */
export type ConversationSettings = ModelTurnSettings & {
  /** Google's id: what was signed by another model is not recalled. */
  readonly model: string;
  readonly systemPromptMode: SystemPromptMode;
  readonly historyImages: HistoryImages;
  /** The field that holds the conversation. */
  readonly path: string;
};

/** The two places of a Gemini request that a conversation goes to. */
export type Contents = { readonly contents: readonly Content[]; readonly system: readonly RequestPart[] };

/** How many turns from the start are looked through for the instruction. */
const instructedTurns = (turns: readonly Turn[], mode: SystemPromptMode): number => {
  if (mode !== 'leading') return mode === 'user' ? 0 : turns.length;
  const first = turns.findIndex(({ role }) => role !== 'system');
  return first < 0 ? turns.length : first;
};

/** A system message behind the model's last words asks for new ones, wherever it goes. */
const asksLast = (turns: readonly Turn[]): boolean =>
  turns.findLastIndex(({ role }) => role === 'system') > turns.findLastIndex(({ role }) => role === 'model');

const instructionOf = (
  turns: readonly Turn[],
  until: number,
  { media, traits }: ConversationSettings,
): E.Either<ProxyError, readonly RequestPart[]> => {
  const system: RequestPart[] = [];
  for (let index = 0; index < until; index += 1) {
    const turn = turns[index];
    if (turn?.role !== 'system') continue;
    const read = sentParts(turn.parts, media, traits.richParts);
    if (E.isLeft(read)) return read;
    if (read.right.some((part) => part.text === undefined)) {
      return E.left(
        invalid(
          `'${turn.path}': a ${turn.called} message takes text only; send media in a user message.`,
          turn.path,
          'unsupported_value',
        ),
      );
    }
    for (const part of read.right) system.push(part);
  }
  return E.right(system);
};

type History = {
  readonly turns: readonly Turn[];
  readonly results: Results;
  readonly recallAnswer: RecallAnswer;
  /** The first turn whose pictures go back. */
  readonly shownFrom: number;
  /** What has been translated of it. */
  readonly contents: Content[];
};

/** Adds a turn, results right behind the calls that they answer. */
const addTurn = (history: History, index: number, settings: ConversationSettings): ProxyError | null => {
  const { contents } = history;
  const turn = history.turns[index];
  if (turn === undefined || turn.role === 'result') return null;
  if (turn.role !== 'model') {
    const read = sentParts(turn.parts, settings.media, settings.traits.richParts);
    if (E.isLeft(read)) return read.left;
    if (read.right.length > 0) contents.push({ role: 'user', parts: read.right });
    return null;
  }
  const known = { answer: history.recallAnswer(index), showsPictures: index >= history.shownFrom };
  const parts = modelParts(turn, known, settings);
  if (E.isLeft(parts)) return parts.left;
  if (parts.right.length > 0) contents.push({ role: 'model', parts: parts.right });
  const answers = resultContents(callsIn(turn), history.results.get(index), settings);
  if (E.isLeft(answers)) return answers.left;
  for (const content of answers.right) contents.push(content);
  return null;
};

/** Turns that are translated in one go: with calls and results a millisecond or two, ten times as much at first. */
const turnsAtOnce = 128;

function* turnContents(
  turns: readonly Turn[],
  until: number,
  settings: ConversationSettings,
): Steps<E.Either<ProxyError, readonly Content[]>> {
  const results = pairResults(turns);
  if (E.isLeft(results)) return results;
  const history: History = {
    turns,
    results: results.right,
    recallAnswer: answerRecall(turns, settings.model, settings.recalled),
    shownFrom: picturesFrom(turns, settings.historyImages),
    contents: [],
  };
  for (let index = 0; index < turns.length; index += 1) {
    if (index % turnsAtOnce === turnsAtOnce - 1) yield;
    if (index < until && turns[index]?.role === 'system') continue;
    const fault = addTurn(history, index, settings);
    if (fault !== null) return E.left(fault);
  }
  return E.right(history.contents);
}

/**
 * A conversation as Gemini's turns (reference: wire rules of @ai-sdk/google, pydantic-ai, Google's function-calling
 * guide): the instruction apart, results right behind their calls, turn order mended, nothing empty. A conversation
 * that grows keeps what it began with, so that Gemini's implicit cache knows it again.
 */
export function* contentsInSteps(
  turns: readonly Turn[],
  settings: ConversationSettings,
): Steps<E.Either<ProxyError, Contents>> {
  const { traits, path } = settings;
  const until = instructedTurns(turns, settings.systemPromptMode);
  const contents = yield* turnContents(turns, until, settings);
  if (E.isLeft(contents)) return contents;
  const system = instructionOf(turns, until, settings);
  if (E.isLeft(system)) return system;
  // Models that take no instruction, and an instruction alone: it is the beginning of the first user turn.
  const joins = system.right.length > 0 && (contents.right.length === 0 || !traits.systemInstruction);
  const joined: readonly Content[] = joins
    ? [{ role: 'user', parts: system.right }, ...contents.right]
    : contents.right;
  if (joined.length === 0) return E.left(invalid(`'${path}' holds no text or media to answer.`, path, 'invalid_value'));
  return E.right({
    contents: orderTurns(joined, traits.prefill && !asksLast(turns)),
    system: joins ? [] : system.right,
  });
}
