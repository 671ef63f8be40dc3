import { appendItems, itemsOf, type Chain } from '../../../kernel/chain.ts';
import type { Machine } from '../../../kernel/machine.ts';
import type { Candidate, Frame, ResponsePart, UsageMetadata } from '../../../gemini/response.ts';
import { mostCandidates } from '../../../gemini/frame-pieces.ts';
import { finishKind } from '../../../gemini/finish.ts';
import { blockReason } from '../../../gemini/verdict.ts';
import { latestUsage } from '../../../gemini/usage.ts';
import { annotations, noGrounding, withContent, withGrounding, type Grounding } from './citations.ts';
import type { ChatEvent, ChatFailure, ChoiceChunk, Chunk, Delta, Logprobs } from './chunk.ts';
import { finishReason, unnamed, type FinishReason } from './finish-reason.ts';
import { jsonInText } from '../../../gemini/tools/json-answer.ts';
import { toLogprobs } from './logprobs.ts';
import { partDelta, type PartSettings } from './part-deltas.ts';
import { picturePieces } from './picture-pieces.ts';
import { withDetails } from './reasoning-details.ts';
import { servedTier, toUsage } from './usage.ts';

/** What is known of one choice so far. */
type ChoiceState = {
  readonly calls: number;
  readonly hasOutput: boolean;
  readonly finish: string | null;
  readonly finishMessage: string | null;
  readonly grounding: Grounding;
  /** Calls of Google's own tools and their results, as they came. */
  readonly serverTools: Chain<ResponsePart>;
  /** The function of ours that takes an answer in JSON has been called. */
  readonly answered: boolean;
  /** Text beside such a function: the answer after all where the function is not called. */
  readonly held: string;
};

/** What is known of an answer so far; choices by index. */
export type ChatState = {
  readonly choices: ReadonlyMap<number, ChoiceState>;
  readonly usage: UsageMetadata;
  readonly blocked: string | null;
};

/** How the answer to one request is written. */
export type MachineSettings = PartSettings & {
  readonly id: string;
  readonly created: number;
  /** The model as the client named it. */
  readonly model: string;
  readonly includeUsage: boolean;
  readonly citesSources: boolean;
  /** Google's own tools stand beside functions: their calls are given out, to come back with the history. */
  readonly keepsServerTools: boolean;
  /** The content is JSON and nothing else: no code that ran, no words beside it. */
  readonly isJson?: boolean;
  /** Thoughts and signatures in OpenRouter's form too. */
  readonly tellsDetails: boolean;
};

type Emit = (index: number, delta: Delta, rest?: Partial<ChoiceChunk>) => ChatEvent;

/** The same for one choice. */
type Add = (delta: Delta, rest?: Partial<ChoiceChunk>) => ChatEvent;

const fresh: ChoiceState = { calls: 0, hasOutput: false, finish: null, finishMessage: null, grounding: noGrounding, serverTools: null, answered: false, held: '' };

const headOf = ({ id, created, model }: MachineSettings): Pick<Chunk, 'id' | 'object' | 'created' | 'model'> => ({ id, object: 'chat.completion.chunk', created, model });

const emitter = (settings: MachineSettings): Emit => {
  const head = headOf(settings);
  const tail = settings.includeUsage ? ({ usage: null } as const) : {};
  return (index, delta, rest) => ({
    chunk: { ...head, choices: [{ index, delta, logprobs: null, finish_reason: null, ...rest }], ...tail },
    isSent: true,
  });
};

const opening: Delta = { role: 'assistant', content: '', refusal: null };

const afterPart = (state: ChoiceState, delta: Delta, grounding: Grounding): ChoiceState => {
  const called = delta.tool_calls !== undefined || delta.function_call !== undefined;
  return {
    ...state,
    calls: called ? state.calls + 1 : state.calls,
    hasOutput: state.hasOutput || called || (delta.content ?? '') !== '' || delta.audio !== undefined || delta.images !== undefined,
    grounding,
  };
};

const afterCandidate = (state: ChoiceState, candidate: Candidate): ChoiceState => {
  if (candidate.finishReason === undefined && candidate.groundingMetadata === undefined) return state;
  return {
    ...state,
    finish: candidate.finishReason ?? state.finish,
    finishMessage: candidate.finishMessage ?? state.finishMessage,
    grounding: withGrounding(state.grounding, candidate.groundingMetadata),
  };
};

/** What would stand in the content beside the JSON: code and what it printed, words beside the function that answers. */
const isBesideJson = (part: ResponsePart, { isJson, jsonAnswer }: MachineSettings, answered: boolean): boolean => {
  if ((isJson !== true && jsonAnswer === null) || part.thought === true) return false;
  if (part.executableCode !== undefined || part.codeExecutionResult !== undefined) return true;
  return jsonAnswer !== null && (answered || part.text !== undefined);
};

type Parted = { readonly state: ChoiceState; readonly events: readonly ChatEvent[] };

/** Log probabilities belong to the text of the same frame; without any they come by themselves. */
const withLogprobs = (events: readonly ChatEvent[], logprobs: Logprobs | null, add: Add): readonly ChatEvent[] => {
  if (logprobs === null) return events;
  const at = events.findIndex(({ chunk }) => chunk.choices[0]?.delta.content !== undefined);
  const event = events[at];
  const choice = event?.chunk.choices[0];
  if (event === undefined || choice === undefined) return [...events, add({}, { logprobs })];
  return events.with(at, { ...event, chunk: { ...event.chunk, choices: [{ ...choice, logprobs }] } });
};

const isServerTool = (part: ResponsePart): boolean => part.toolCall !== undefined || part.toolResponse !== undefined;

const parted = (known: ChoiceState, parts: readonly ResponsePart[], { settings, add }: { readonly settings: MachineSettings; readonly add: Add }): Parted => {
  const events: ChatEvent[] = [];
  let state = known;
  for (const part of parts) {
    if (isServerTool(part)) {
      if (settings.keepsServerTools) state = { ...state, serverTools: appendItems(state.serverTools, [part]) };
      continue;
    }
    const isAnswer = settings.jsonAnswer !== null && part.functionCall?.name === settings.jsonAnswer.name;
    if (isBesideJson(part, settings, state.answered)) {
      state = { ...state, held: `${state.held}${part.text ?? ''}` };
      continue;
    }
    const delta = partDelta(part, state.calls, settings);
    if (delta === undefined) continue;
    const grounding = settings.citesSources && delta.content !== undefined ? withContent(state.grounding, delta.content, part.text !== undefined) : state.grounding;
    state = { ...afterPart(state, delta, grounding), answered: state.answered || isAnswer };
    events.push(...picturePieces(settings.tellsDetails ? withDetails(delta) : delta, settings.imageReply).map((piece) => add(piece)));
  }
  return { state, events };
};

const refusal = (reason: string): string => `The answer was blocked by Gemini (${reason}).`;

const finishOf = (state: ChoiceState, blocked: string | null, called: FinishReason): Partial<ChoiceChunk> => {
  const native = blocked === null ? state.finish : 'SAFETY';
  const own = unnamed(native);
  return {
    finish_reason: finishReason(native, state.calls > 0 ? called : null),
    ...(own === null ? {} : { native_finish_reason: own }),
  };
};

const closing = ([index, state]: readonly [number, ChoiceState], blocked: string | null, settings: MachineSettings): readonly ChatEvent[] => {
  const emit = emitter(settings);
  const reason = blocked ?? (finishKind(state.finish) === 'blocked' && !state.hasOutput && state.held === '' ? state.finish : null);
  const message = state.finishMessage === null ? '' : ` ${state.finishMessage}`;
  const cited = annotations(state.grounding);
  const last: Delta = {
    ...(cited.length === 0 ? {} : { annotations: cited }),
    ...(state.serverTools === null ? {} : { extra_content: { google: { server_tool_parts: itemsOf(state.serverTools) } } }),
  };
  const words = state.answered || state.calls > 0 ? '' : jsonInText(state.held);
  return [
    ...(words === '' ? [] : [emit(index, { content: words })]),
    ...(reason === null ? [] : [emit(index, { refusal: `${refusal(reason)}${message}` })]),
    emit(index, last, finishOf(state, blocked, settings.isLegacy ? 'function_call' : 'tool_calls')),
  ];
};

const usageEvent = (usage: UsageMetadata, settings: MachineSettings): ChatEvent => {
  const tier = servedTier(usage);
  const chunk: Chunk = {
    ...headOf(settings),
    choices: [],
    usage: toUsage(usage),
    ...(tier === undefined ? {} : { service_tier: tier }),
  };
  return { chunk, isSent: settings.includeUsage };
};

const ended = (state: ChatState, settings: MachineSettings): readonly ChatEvent[] => {
  const emit = emitter(settings);
  const begun = state.choices.size > 0;
  const choices: readonly (readonly [number, ChoiceState])[] = begun ? [...state.choices] : [[0, fresh]];
  return [
    ...(begun ? [] : [emit(0, opening)]),
    ...choices.flatMap((choice) => closing(choice, begun ? null : state.blocked, settings)),
    usageEvent(state.usage, settings),
  ];
};

/**
 * Gemini's frames as OpenAI's chunks. Finish reason and usage are known only when the stream is over, since one stream
 * can say STOP several times and go on: both leave at the end.
 */
export const chatMachine = (settings: MachineSettings): Machine<ChatState, Frame, ChatEvent, ChatFailure> => {
  const emit = emitter(settings);
  const candidateStep = (known: ChoiceState | undefined, candidate: Candidate, index: number): Parted => {
    const add: Add = (delta, rest) => emit(index, delta, rest);
    const { state, events } = parted(known ?? fresh, candidate.content?.parts ?? [], { settings, add });
    const shown = withLogprobs(events, toLogprobs(candidate.logprobsResult), add);
    return { state: afterCandidate(state, candidate), events: known === undefined ? [add(opening), ...shown] : shown };
  };
  return {
    start: { choices: new Map(), usage: {}, blocked: null },
    step: (state, frame) => {
      const events: ChatEvent[] = [];
      const choices = new Map(state.choices);
      for (const candidate of frame.candidates ?? []) {
        const index = candidate.index ?? 0;
        if (index >= mostCandidates) continue;
        const read = candidateStep(choices.get(index), candidate, index);
        choices.set(index, read.state);
        for (const event of read.events) events.push(event);
      }
      const blocked = blockReason(frame) ?? state.blocked;
      return [{ choices, usage: latestUsage(state.usage, frame.usageMetadata), blocked }, events];
    },
    end: (state) => ended(state, settings),
    fail: (_state, error) => [{ error }],
  };
};
