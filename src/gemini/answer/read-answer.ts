import type { Machine } from '../../kernel/machine.ts';
import { argumentsText } from '../arguments-text.ts';
import { finishKind } from '../finish.ts';
import { mostCandidates } from '../frame-pieces.ts';
import type { Candidate, Frame, FunctionCall, LogprobsResult, ResponsePart, UsageMetadata } from '../response.ts';
import type { FunctionNames } from '../tools/function-names.ts';
import { jsonAnswerText, jsonInText, type JsonAnswer } from '../tools/json-answer.ts';
import { latestUsage } from '../usage.ts';
import { blockReason } from '../verdict.ts';
import type { AnswerEvent } from './answer-event.ts';
import { citationsOf, noGrounding, sourceOf, withGrounding, type Grounding } from './citations.ts';

/** What is known of one candidate so far. */
type CandidateState = {
  readonly calls: number;
  readonly hasOutput: boolean;
  readonly finish: string | null;
  readonly finishMessage: string | null;
  readonly keyId: string;
  readonly grounding: Grounding;
  /** The function of ours that takes an answer in JSON has been called. */
  readonly answered: boolean;
  /** Text beside such a function: the answer after all where the function is not called. */
  readonly held: string;
};

/** What is known of an answer so far; candidates by index. */
export type AnswerState = {
  readonly candidates: ReadonlyMap<number, CandidateState>;
  readonly usage: UsageMetadata;
  readonly blocked: string | null;
};

/** What of a request decides how its answer is read. */
export type AnswerSettings = {
  readonly names: FunctionNames;
  /** The function of ours that takes an answer in JSON, if one was declared. */
  readonly jsonAnswer: JsonAnswer | null;
  /** The answer is JSON and nothing else: code that ran is no answer. */
  readonly isJson?: boolean;
  /** The first call counts, no other. */
  readonly oneCall: boolean;
  /** Texts are kept, so that sources can be cited. */
  readonly citesSources: boolean;
};

const fresh: CandidateState = {
  calls: 0,
  hasOutput: false,
  finish: null,
  finishMessage: null,
  keyId: '',
  grounding: noGrounding,
  answered: false,
  held: '',
};

/** Where the parts of one candidate in one frame go. */
type Reading = { readonly candidate: number; readonly settings: AnswerSettings; readonly events: AnswerEvent[] };

const withOutput = (state: CandidateState): CandidateState =>
  state.hasOutput ? state : { ...state, hasOutput: true };

const isOfKind = (mimeType: string | undefined, kind: 'image/' | 'audio/'): boolean =>
  mimeType?.startsWith(kind) === true;

const readCall = (
  state: CandidateState,
  { functionCall: call, thoughtSignature: signature }: ResponsePart & { readonly functionCall: FunctionCall },
  { candidate, settings, events }: Reading,
): CandidateState => {
  const { name, id = '', args } = call;
  if (name === undefined) return state;
  if (name === settings.jsonAnswer?.name) {
    if (state.calls > 0) return state;
    const text = jsonAnswerText(settings.jsonAnswer, args);
    events.push({ kind: 'text', candidate, text, signature: undefined, isOwn: false, logprobs: undefined });
    return { ...state, hasOutput: state.hasOutput || text !== '', answered: true };
  }
  if (settings.oneCall && state.calls > 0) return state;
  const own = settings.names.toClient(name);
  events.push({ kind: 'call', candidate, id, name: own, text: argumentsText(args), input: args, signature });
  return { ...state, calls: state.calls + 1, hasOutput: true };
};

/** Pictures, sound and files; a thought's picture is a draft, and its sound is nothing. */
const readMedia = (
  state: CandidateState,
  { inlineData, fileData, thought = false, thoughtSignature: signature }: ResponsePart,
  { candidate, events }: Reading,
): CandidateState => {
  const { mimeType = '', data = '', fileUri: url } = { ...inlineData, ...fileData };
  if (isOfKind(mimeType, 'image/')) {
    events.push({ kind: 'picture', candidate, mimeType, url, data, isDraft: thought, signature });
    return thought ? state : withOutput(state);
  }
  if (thought || inlineData === undefined) return state;
  const isSound = isOfKind(mimeType, 'audio/');
  events.push({ kind: isSound ? 'sound' : 'file', candidate, mimeType, data });
  return isSound ? withOutput(state) : state;
};

const readText = (state: CandidateState, part: ResponsePart, reading: Reading): CandidateState => {
  const { candidate, settings, events } = reading;
  const { text = '', thoughtSignature: signature } = part;
  if (text === '' && signature === undefined) return state;
  if (part.thought === true) {
    events.push({ kind: 'thought', candidate, text, signature });
    return state;
  }
  events.push({ kind: 'text', candidate, text, signature, isOwn: true, logprobs: undefined });
  if (text === '') return state;
  if (!settings.citesSources) return withOutput(state);
  return { ...state, hasOutput: true, grounding: { ...state.grounding, text: state.grounding.text + text } };
};

const readCode = (state: CandidateState, part: ResponsePart, reading: Reading): CandidateState => {
  const { candidate, settings, events } = reading;
  const { executableCode: code, codeExecutionResult: result, thought: isThought = false } = part;
  const { thoughtSignature: signature } = part;
  if (code !== undefined) events.push({ kind: 'code', candidate, code, isThought, signature });
  else if (result !== undefined) events.push({ kind: 'code result', candidate, result, isThought, signature });
  else return state;
  return isThought || settings.isJson === true ? state : withOutput(state);
};

const hasMedia = ({ inlineData, fileData, thought, text }: ResponsePart): boolean => {
  if (inlineData !== undefined) return thought !== true || text === undefined;
  return isOfKind(fileData?.mimeType, 'image/');
};

/** What one part adds. Words beside the function that takes an answer in JSON wait, and so does all after it. */
const readPart = (state: CandidateState, part: ResponsePart, reading: Reading): CandidateState => {
  const { toolCall, toolResponse, functionCall, text } = part;
  if (toolCall !== undefined || toolResponse !== undefined) {
    reading.events.push({ kind: 'server tool', candidate: reading.candidate, part });
    return state;
  }
  const waits = reading.settings.jsonAnswer !== null && (state.answered || text !== undefined);
  if (waits && part.thought !== true) return text === undefined ? state : { ...state, held: state.held + text };
  if (functionCall !== undefined) return readCall(state, { ...part, functionCall }, reading);
  if (hasMedia(part)) return readMedia(state, part, reading);
  return text === undefined ? readCode(state, part, reading) : readText(state, part, reading);
};

/** Log probabilities belong to the first text of the same frame; without any they come by themselves. */
const tellLogprobs = (logprobs: LogprobsResult, from: number, { candidate, events }: Reading): void => {
  if ((logprobs.chosenCandidates ?? []).length === 0) return;
  const at = events.findIndex((event, index) => index >= from && event.kind === 'text');
  const event = events[at];
  if (event?.kind === 'text') events[at] = { ...event, logprobs };
  else events.push({ kind: 'logprobs', candidate, logprobs });
};

const isSigned = ({ thoughtSignature }: ResponsePart): boolean => thoughtSignature !== undefined;

const readCandidate = (known: CandidateState, given: Candidate, reading: Reading): CandidateState => {
  const { candidate, events } = reading;
  const from = events.length;
  let state = known;
  for (const part of given.content?.parts ?? []) state = readPart(state, part, reading);
  if (given.logprobsResult !== undefined) tellLogprobs(given.logprobsResult, from, reading);
  const { finishReason, finishMessage, groundingMetadata: grounding } = given;
  if (finishReason === undefined && grounding === undefined) return state;
  for (const chunk of grounding?.groundingChunks ?? []) {
    const { uri: url, title = '' } = sourceOf(chunk) ?? {};
    if (url !== undefined) events.push({ kind: 'source', candidate, url, title });
  }
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
  [candidate, state]: readonly [number, CandidateState],
  blocked: string | null,
): readonly AnswerEvent[] => {
  const { finish: native, finishMessage: message, calls, keyId } = state;
  const kind = finishKind(native);
  const reason = blocked ?? (kind === 'blocked' && !state.hasOutput && state.held === '' ? native : null);
  const text = state.answered || calls > 0 ? '' : jsonInText(state.held);
  const events: AnswerEvent[] = [];
  if (text !== '') {
    events.push({ kind: 'text', candidate, text, signature: undefined, isOwn: false, logprobs: undefined });
  }
  if (reason !== null) events.push({ kind: 'refusal', candidate, reason, words: refusalWords(reason, message) });
  for (const citation of citationsOf(state.grounding, candidate)) events.push(citation);
  const finish = blocked === null ? kind : 'blocked';
  events.push({ kind: 'end', candidate, finish, reason: blocked ?? native, message, calls, keyId });
  return events;
};

const readFrame = (
  candidates: Map<number, CandidateState>,
  frame: Frame,
  { settings, events }: Pick<Reading, 'settings' | 'events'>,
): void => {
  for (const given of frame.candidates ?? []) {
    const { index: candidate = 0 } = given;
    if (candidate >= mostCandidates) continue;
    const known = candidates.get(candidate);
    if (known === undefined) events.push({ kind: 'begin', candidate });
    const next = readCandidate(known ?? fresh, given, { candidate, settings, events });
    const keyId = given.content?.parts?.some(isSigned) === true ? (frame.keyId ?? next.keyId) : next.keyId;
    candidates.set(candidate, keyId === next.keyId ? next : { ...next, keyId });
  }
};

/**
 * Gemini's frames as events of an answer. Finish reason and citations are known only when the stream is over, since one
 * stream can say STOP several times and go on: both come at the end. What a failure looks like is the writer's.
 */
export const readAnswer = (settings: AnswerSettings): Machine<AnswerState, readonly Frame[], AnswerEvent, never> => ({
  start: { candidates: new Map(), usage: {}, blocked: null },
  step: (state, frames) => {
    const events: AnswerEvent[] = [];
    const candidates = new Map(state.candidates);
    let { usage, blocked } = state;
    for (const frame of frames) {
      const counted = latestUsage(usage, frame.usageMetadata);
      if (counted !== usage) events.push({ kind: 'usage', usage: counted });
      usage = counted;
      blocked = blockReason(frame) ?? blocked;
      readFrame(candidates, frame, { settings, events });
    }
    return [{ candidates, usage, blocked }, events];
  },
  end: ({ candidates, blocked }) => {
    if (candidates.size > 0) return [...candidates].flatMap((candidate) => closeCandidate(candidate, null));
    return [{ kind: 'begin', candidate: 0 }, ...closeCandidate([0, fresh], blocked)];
  },
  fail: () => [],
});
