import { lengthOf } from '../../../kernel/unread-text.ts';
import { appendItems, itemsOf } from '../../../kernel/chain.ts';
import { joinMachines } from '../../../kernel/join-machines.ts';
import type { Machine } from '../../../kernel/machine.ts';
import type { AnswerEvent, EndEvent, TextEvent } from '../../../gemini/answer/answer-event.ts';
import { readAnswer, type AnswerState } from '../../../gemini/answer/read-answer.ts';
import type { AnswerSettings } from '../../../gemini/answer/read-part.ts';
import { followPlaces } from '../../../gemini/answer/signed-places.ts';
import type { Frame, UsageMetadata } from '../../../gemini/response.ts';
import { signaturesOf } from '../../../wire/remembered-answer.ts';
import { toLogprobs } from '../../logprobs.ts';
import type { Signature } from '../../../ports/capabilities.ts';
import { servedTier } from '../../../wire/service-tier.ts';
import {
  afterDelta,
  annotationsOf,
  freshChoice,
  signedParts,
  withPlace,
  type ChoiceState,
} from './choice-state.ts';
import { opening, type ChatEvent, type ChatFailure, type Chunk, type Delta } from './chunk.ts';
import { emitter, type Emit, type StreamFacts } from './emitter.ts';
import { eventDelta, type DeltaSettings } from './event-delta.ts';
import { finishReason, unnamedReason } from './finish-reason.ts';
import { longestDelta, picturePieces } from './picture-pieces.ts';
import { withDetails } from './reasoning-details.ts';
import { toUsage } from './usage.ts';

/** What is known of an answer's writing so far; choices by index. */
export type ChatState = {
  readonly choices: ReadonlyMap<number, ChoiceState>;
  /** Words of the first choice that have been said and that it does not know of yet. */
  readonly said: string;
  readonly usage: UsageMetadata;
  readonly signatures: readonly Signature[];
};

/** How the answer to one request is written. */
export type MachineSettings = DeltaSettings &
  AnswerSettings &
  StreamFacts & {
    /** Google's own tools stand beside functions: their calls are given out, to come back with the history. */
    readonly keepsServerTools: boolean;
    /** Thoughts and signatures in OpenRouter's form too. */
    readonly tellsDetails: boolean;
    /** What is asked (answer-key.ts). */
    readonly question: string;
  };

/** Where what is written goes, and how. */
type Writing = { readonly settings: MachineSettings; readonly emit: Emit; readonly events: ChatEvent[] };

const headOf = ({ id, created, model }: MachineSettings): Pick<Chunk, 'id' | 'object' | 'created' | 'model'> => ({
  id,
  object: 'chat.completion.chunk',
  created,
  model,
});

const isCode = ({ kind }: AnswerEvent): boolean => kind === 'code' || kind === 'code result';

/** Code and what it printed would stand in the content beside the JSON. */
const isBesideJson = (event: AnswerEvent, { isJson }: MachineSettings): boolean =>
  isJson === true && isCode(event) && !('isThought' in event && event.isThought);

/** Writes what an event shows. */
const writeShown = (
  state: ChoiceState,
  event: AnswerEvent & { readonly candidate: number },
  to: Writing,
): ChoiceState => {
  const { settings, emit, events } = to;
  const delta = eventDelta(event, state.calls, settings);
  if (delta === undefined || isBesideJson(event, settings)) {
    return { ...state, places: followPlaces(state.places, event, lengthOf(delta?.content ?? '')) };
  }
  let logprobs = event.kind === 'text' ? toLogprobs(event.logprobs) : null;
  for (const piece of picturePieces(settings.tellsDetails ? withDetails(delta) : delta, settings.imageReply)) {
    events.push(emit(event.candidate, piece, logprobs === null ? undefined : { logprobs }));
    logprobs = null;
  }
  return afterDelta(settings.citesSources ? withPlace(state, event, delta) : state, event, delta);
};

const nothingNew: Delta = {};

const writeEnd = (state: ChoiceState, end: EndEvent, { settings, emit, events }: Writing): void => {
  const cited = annotationsOf(state);
  const serverTools = state.serverTools === null ? null : { server_tool_parts: itemsOf(state.serverTools) };
  const places = signedParts(state, settings.hidesThoughts === true);
  const google = places === null ? serverTools : { ...state.own, ...serverTools, signed_parts: places.signed_parts };
  const annotations: Delta = cited.length === 0 ? nothingNew : { annotations: cited };
  const delta: Delta = google === null ? annotations : { ...annotations, extra_content: { google } };
  const finish_reason = finishReason(end, settings.isLegacy ? 'function_call' : 'tool_calls');
  const own = unnamedReason(end);
  events.push(
    emit(end.candidate, delta, own === null ? { finish_reason } : { finish_reason, native_finish_reason: own }),
  );
};

/** A text that is shown as it is, in one delta that has nothing beside it. */
const isPlain = (event: AnswerEvent): event is TextEvent =>
  event.kind === 'text' &&
  event.isOwn &&
  event.signature === undefined &&
  event.logprobs === undefined &&
  event.text.length <= longestDelta;

/** So many characters of the first choice are counted in one go, and held until then: each go costs 2 µs. */
export const mostSaid = 8192;

/** Plain texts of one choice that follow each other are remembered as one: that costs as much as one of them. */
type TextRun = {
  readonly choices: Map<number, ChoiceState>;
  readonly citesSources: boolean;
  candidate: number;
  text: string;
};

const endRun = (run: TextRun): void => {
  const { choices, citesSources, candidate, text } = run;
  if (text === '') return;
  const event: TextEvent = { kind: 'text', candidate, text, signature: undefined, isOwn: true, logprobs: undefined };
  const delta = { content: text };
  const known = choices.get(candidate) ?? freshChoice;
  choices.set(candidate, afterDelta(citesSources ? withPlace(known, event, delta) : known, event, delta));
  run.text = '';
};

const addToRun = (run: TextRun, { candidate, text }: TextEvent): void => {
  if (candidate !== run.candidate) endRun(run);
  run.candidate = candidate;
  run.text += text;
};

/** Writes an event of one choice; the state after it. */
const writeEvent = (
  state: ChoiceState,
  event: Exclude<AnswerEvent, { readonly kind: 'usage' }>,
  to: Writing,
): ChoiceState => {
  const { settings, emit, events } = to;
  const { candidate } = event;
  switch (event.kind) {
    case 'begin':
      events.push(emit(candidate, opening));
      return state;
    case 'server tool':
      if (!settings.keepsServerTools) return state;
      return {
        ...state,
        serverTools: appendItems(state.serverTools, [event.part]),
        places: followPlaces(state.places, event, 0),
      };
    case 'citation':
      return { ...state, citations: appendItems(state.citations, [event]) };
    case 'logprobs':
      events.push(emit(candidate, {}, { logprobs: toLogprobs(event.logprobs) }));
      return state;
    case 'refusal':
      events.push(emit(candidate, { refusal: event.words }));
      return state;
    case 'end':
      writeEnd(state, event, to);
      return state;
    case 'search':
    case 'source':
      return state;
    default:
      return writeShown(state, event, to);
  }
};

const usageEvent = ({ usage, signatures }: ChatState, settings: MachineSettings): ChatEvent => {
  const tier = servedTier(usage);
  const chunk: Chunk = {
    ...headOf(settings),
    choices: [],
    usage: toUsage(usage),
    ...(tier === undefined ? {} : { service_tier: tier }),
  };
  return { chunk, isSent: settings.includeUsage, ...(signatures.length === 0 ? {} : { signatures }) };
};

const writeEvents = (state: ChatState, given: readonly AnswerEvent[], to: Writing): ChatState => {
  const { settings, emit, events } = to;
  const choices = new Map(state.choices);
  const run: TextRun = { choices, citesSources: settings.citesSources, candidate: 0, text: state.said };
  let { usage, signatures } = state;
  for (const event of given) {
    if (event.kind === 'usage') usage = event.usage;
    else if (isPlain(event)) {
      addToRun(run, event);
      events.push(emit(event.candidate, { content: event.text }));
    } else {
      endRun(run);
      const choice = writeEvent(choices.get(event.candidate) ?? freshChoice, event, to);
      choices.set(event.candidate, choice);
      if (event.kind === 'end')
        signatures = [...signatures, ...signaturesOf(choice, settings.question, event.keyId)];
    }
  }
  if (run.candidate !== 0 || run.text.length > mostSaid) endRun(run);
  return { choices, said: run.text, usage, signatures };
};

/** The state that knows of the words that were said. */
export const countSaid = (
  { choices: known, said: text, usage, signatures }: ChatState,
  { citesSources }: AnswerSettings,
): ChatState => {
  const choices = new Map(known);
  endRun({ choices, citesSources, candidate: 0, text });
  return { choices, said: '', usage, signatures };
};

const nothingWritten: ChatState = { choices: new Map(), said: '', usage: {}, signatures: [] };

/** Events of an answer as OpenAI's chunks; the last of them has the usage, and the signatures to remember. */
const chatWriter = (settings: MachineSettings): Machine<ChatState, readonly AnswerEvent[], ChatEvent, ChatFailure> => {
  const emit = emitter(settings);
  return {
    start: nothingWritten,
    step: (state, given) => {
      const events: ChatEvent[] = [];
      return [writeEvents(state, given, { settings, emit, events }), events];
    },
    end: (state) => [usageEvent(state, settings)],
    fail: (_state, error) => [{ error }],
  };
};

/** What is known of an answer as it comes, and as it is written. */
export type ChatMachineState = readonly [AnswerState, ChatState];

/** Gemini's frames as OpenAI's chunks. */
export const chatMachine = (
  settings: MachineSettings,
): Machine<ChatMachineState, readonly Frame[], ChatEvent, ChatFailure> =>
  joinMachines(readAnswer(settings), chatWriter(settings));
