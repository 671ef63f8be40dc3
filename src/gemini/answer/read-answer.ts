import { joinMachines } from '../../kernel/join-machines.ts';
import type { Machine } from '../../kernel/machine.ts';
import { finishKind } from '../finish.ts';
import type { Candidate, Frame, GroundingMetadata, LogprobsResult, ResponsePart, UsageMetadata } from '../response.ts';
import { jsonInText } from '../tools/json-answer.ts';
import { plainTextOf, type Said } from '../plain-text.ts';
import { latestUsage, tellUsage, usageSoFar, type UsageSoFar } from '../usage.ts';
import { blockReason } from '../verdict.ts';
import type { AnswerEvent } from './answer-event.ts';
import { citationsOf, sourceOf, withGrounding } from './citations.ts';
import { freshCandidate, readPart, type AnswerSettings, type CandidateState, type Reading } from './read-part.ts';
import { wholeCharacters, type WaitingHalves } from './whole-characters.ts';

/** Choices of one answer: candidates of a call, or one of each of several calls. */
export const mostChoices = 32;

/** What is known of an answer so far; candidates by index. */
type FrameState = {
  readonly candidates: ReadonlyMap<number, CandidateState>;
  readonly usage: UsageMetadata;
  readonly blocked: string | null;
};

/** Log probabilities belong to the first text of the same frame; without any they come by themselves. */
const tellLogprobs = (logprobs: LogprobsResult, from: number, { candidate, events }: Reading): void => {
  if ((logprobs.chosenCandidates ?? []).length === 0) return;
  const at = events.findIndex((event, index) => index >= from && event.kind === 'text');
  const event = events[at];
  if (event?.kind === 'text') events[at] = { ...event, logprobs };
  else events.push({ kind: 'logprobs', candidate, logprobs });
};

const tellSources = (grounding: GroundingMetadata, { candidate, events }: Reading): void => {
  const { webSearchQueries: queries = [], groundingChunks = [] } = grounding;
  if (queries.length > 0) events.push({ kind: 'search', candidate, queries });
  for (const chunk of groundingChunks) {
    const { uri: url, title = '' } = sourceOf(chunk) ?? {};
    if (url !== undefined) events.push({ kind: 'source', candidate, url, title });
  }
};

/** Tokens of thoughts are none of the content, whose tokens clients join. */
const isAllThought = ({ content }: Candidate): boolean =>
  content?.parts !== undefined && content.parts.length > 0 && content.parts.every(({ thought }) => thought === true);

const isSigned = ({ thoughtSignature }: ResponsePart): boolean => thoughtSignature !== undefined;

const readCandidate = (known: CandidateState, given: Candidate, reading: Reading): CandidateState => {
  const from = reading.events.length;
  let state = known;
  for (const part of given.content?.parts ?? []) state = readPart(state, part, reading);
  const { logprobsResult: logprobs } = given;
  if (logprobs !== undefined && !isAllThought(given)) tellLogprobs(logprobs, from, reading);
  const { finishReason, finishMessage, groundingMetadata: grounding } = given;
  if (finishReason === undefined && grounding === undefined) return state;
  if (grounding !== undefined) tellSources(grounding, reading);
  return {
    ...state,
    finish: finishReason ?? state.finish,
    finishMessage: finishMessage ?? state.finishMessage,
    grounding: grounding === undefined ? state.grounding : withGrounding(state.grounding, grounding),
  };
};

const refusalWords = (reason: string, message: string | null): string =>
  `The answer was blocked by Gemini (${reason}).${message === null ? '' : ` ${message}`}`;

/** What can be told of a candidate only once the answer is over. */
const closeCandidate = (
  { candidate, events }: Pick<Reading, 'candidate' | 'events'>,
  state: CandidateState,
  blocked: string | null,
): void => {
  const { finish: native, finishMessage: message, calls, keyId } = state;
  const kind = blocked === null ? finishKind(native) : 'blocked';
  const reason = kind === 'blocked' && !state.hasOutput && state.held === '' ? (blocked ?? native) : null;
  const text = state.answered || calls > 0 || state.held === '' ? '' : jsonInText(state.held);
  if (text !== '') {
    events.push({ kind: 'text', candidate, text, signature: undefined, isOwn: false, logprobs: undefined });
  }
  if (reason !== null) events.push({ kind: 'refusal', candidate, reason, words: refusalWords(reason, message) });
  for (const citation of citationsOf(state.grounding, candidate)) events.push(citation);
  events.push({ kind: 'end', candidate, finish: kind, reason: blocked ?? native, message, calls, keyId });
};

const readFrame = (
  candidates: Map<number, CandidateState>,
  frame: Frame,
  { settings, events }: Pick<Reading, 'settings' | 'events'>,
): void => {
  for (const given of frame.candidates ?? []) {
    const { index: candidate = 0 } = given;
    if (candidate >= mostChoices) continue;
    const known = candidates.get(candidate);
    if (known === undefined) events.push({ kind: 'begin', candidate });
    const next = readCandidate(known ?? freshCandidate, given, { candidate, settings, events });
    const keyId = given.content?.parts?.some(isSigned) === true ? (frame.keyId ?? next.keyId) : next.keyId;
    candidates.set(candidate, keyId === next.keyId ? next : { ...next, keyId });
  }
};

/** A candidate that has begun to say what is shown as it is: another text changes nothing of what is known of it. */
const onlySaysMore = (state: CandidateState | undefined, { jsonAnswer, citesSources }: AnswerSettings): boolean =>
  state?.hasOutput === true && jsonAnswer === null && !citesSources;

const nothingRead: FrameState = { candidates: new Map(), usage: {}, blocked: null };

const readFrames = (settings: AnswerSettings): Machine<FrameState, readonly Frame[], AnswerEvent, never> => ({
  start: nothingRead,
  step: (state, frames) => {
    const events: AnswerEvent[] = [];
    const candidates = new Map(state.candidates);
    let { usage, blocked } = state;
    for (const frame of frames) {
      const counted = latestUsage(usage, frame.usageMetadata);
      if (counted !== usage) events.push({ kind: 'usage', usage: counted });
      usage = counted;
      const text = plainTextOf(frame);
      if (text !== null && onlySaysMore(candidates.get(0), settings)) {
        events.push({ kind: 'text', candidate: 0, text, signature: undefined, isOwn: true, logprobs: undefined });
        continue;
      }
      blocked = blockReason(frame) ?? blocked;
      readFrame(candidates, frame, { settings, events });
    }
    return [{ candidates, usage, blocked }, events];
  },
  end: ({ candidates, blocked }) => {
    const events: AnswerEvent[] = [];
    for (const [candidate, state] of candidates)
      closeCandidate({ candidate, events }, state, state.finish === null ? blocked : null);
    if (candidates.size > 0) return events;
    events.push({ kind: 'begin', candidate: 0 });
    closeCandidate({ candidate: 0, events }, freshCandidate, blocked);
    return events;
  },
  fail: () => [],
});

/** What is known of an answer so far. */
export type AnswerState = readonly [WaitingHalves, FrameState];

/**
 * Gemini's frames as events of an answer, their texts in whole characters. Finish reason and citations are known only
 * when the stream is over, since one stream can say STOP several times and go on: both come at the end. What a failure
 * looks like is the writer's.
 */
export const readAnswer = (settings: AnswerSettings): Machine<AnswerState, readonly Frame[], AnswerEvent, never> =>
  joinMachines(wholeCharacters, readFrames(settings));

/** Whether more texts of the first candidate change nothing of what is known but the usage. */
export const onlySaysTexts = (settings: AnswerSettings, [halves, { candidates }]: AnswerState): boolean =>
  halves.size === 0 && onlySaysMore(candidates.get(0), settings);

/** What is known of an answer's usage. */
export const usageKnown = ([, { usage }]: AnswerState): UsageMetadata => usage;

/** The same state with another usage. */
export const withUsage = ([halves, { candidates, blocked }]: AnswerState, usage: UsageMetadata): AnswerState => [
  halves,
  { candidates, usage, blocked },
];

/** Texts of the first candidate, what is known of the usage with them, and the state after them. */
export type PlainTexts = {
  readonly texts: readonly string[];
  readonly usage: UsageMetadata;
  readonly state: AnswerState;
};

/**
 * `readAnswer`, for a read of the socket that brought nothing but texts which change nothing of what is known: as
 * nearly all do. Null where anything else came, or may follow from it.
 */
export const readPlainTexts = (
  settings: AnswerSettings,
  [halves, known]: AnswerState,
  said: readonly Said[],
): PlainTexts | null => {
  if (!onlySaysTexts(settings, [halves, known])) return null;
  const texts: string[] = [];
  const soFar: UsageSoFar = { known: known.usage, told: null };
  for (const { text, usage: told } of said) {
    if (!text.isWellFormed()) return null;
    texts.push(text);
    tellUsage(soFar, told);
  }
  const usage = usageSoFar(soFar);
  return { texts, usage, state: withUsage([halves, known], usage) };
};
