import { textOf } from '../../kernel/unread-text.ts';
import { argumentsText } from '../arguments-text.ts';
import type { FunctionCall, ResponsePart } from '../response.ts';
import { withoutPlace, type FunctionNames } from '../tools/function-names.ts';
import { jsonAnswerText, type JsonAnswer } from '../tools/json-answer.ts';
import type { AnswerEvent } from './answer-event.ts';
import { noGrounding, type Grounding } from './citations.ts';

/** What is known of one candidate so far. */
export type CandidateState = {
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

/** Of a candidate that has not begun. */
export const freshCandidate: CandidateState = {
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
export type Reading = { readonly candidate: number; readonly settings: AnswerSettings; readonly events: AnswerEvent[] };

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
  if (settings.jsonAnswer !== null && withoutPlace(name) === settings.jsonAnswer.name) {
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

/**
 * Pictures, sound and files; a thought's picture is a draft, and all else of it nothing. Beside JSON no file is told.
 */
const readMedia = (
  state: CandidateState,
  { inlineData, fileData, thought = false, thoughtSignature: signature }: ResponsePart,
  { candidate, settings, events }: Reading,
): CandidateState => {
  const { mimeType = '', data = '', fileUri: url } = { ...inlineData, ...fileData };
  if (isOfKind(mimeType, 'image/')) {
    events.push({ kind: 'picture', candidate, mimeType, url, data, isDraft: thought, signature });
    return thought ? state : withOutput(state);
  }
  const isSound = inlineData !== undefined && isOfKind(mimeType, 'audio/');
  if (thought || (!isSound && settings.isJson === true)) return state;
  events.push({ kind: isSound ? 'sound' : 'file', candidate, mimeType, url, data });
  return withOutput(state);
};

const readText = (state: CandidateState, part: ResponsePart, reading: Reading): CandidateState => {
  const { candidate, settings, events } = reading;
  const { text: said = '', thoughtSignature: signature } = part;
  const text = textOf(said);
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
  return fileData !== undefined && (thought !== true || isOfKind(fileData.mimeType, 'image/'));
};

/** What one part adds. Words beside the function that takes an answer in JSON wait, and so does all after it. */
export const readPart = (state: CandidateState, part: ResponsePart, reading: Reading): CandidateState => {
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
