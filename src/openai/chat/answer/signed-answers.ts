import type { Machine } from '../../../kernel/machine.ts';
import type { Candidate, Frame, ResponsePart } from '../../../gemini/response.ts';
import { exactJson } from '../../../gemini/exact-json.ts';
import type { RequestPart } from '../../../gemini/request.ts';
import type { Signature } from '../../../ports/capabilities.ts';
import { answerKey, emptyPrint, withCall, withWords, type AnswerPrint } from '../../../gemini/conversation/answer-key.ts';
import type { CallDelta, ChatEvent, Delta, ExtraContent } from './chunk.ts';
import { isSignature, readSignedParts, type SignedAnswer, type SignedPart } from '../../../gemini/conversation/signed-parts.ts';

/** How answers are followed. */
export type SignedAnswerSettings = {
  /** What is asked (answer-key.ts). */
  readonly question: string;
  /** The characters that a part which is no text adds to the content. */
  readonly shownLength: (part: ResponsePart) => number;
  /** Calls of Google's own tools go back with the history. */
  readonly keepsServerTools: boolean;
  /** The client is told of thoughts without their words. */
  readonly hidesThoughts?: boolean;
};

type Stretch = SignedPart & { readonly isText?: true };

/** What is known of one choice: its stretches, its calls' signatures, the thought that is being told, its content. */
type Track = {
  readonly stretches: readonly Stretch[];
  readonly calls: readonly (string | null)[];
  readonly hasCalled: boolean;
  readonly thought: string;
  readonly length: number;
  readonly lead: number;
  readonly print: AnswerPrint;
  /** What the message's own field said last. */
  readonly own: ExtraContent['google'];
  readonly keyId: string;
};

/** A machine's state, and what is known of each choice. */
export type SignedAnswers<S> = { readonly inner: S; readonly tracks: ReadonlyMap<number, Track> };

const fresh: Track = { stretches: [], calls: [], hasCalled: false, thought: '', length: 0, lead: 0, print: emptyPrint, own: {}, keyId: '' };

/** An answer of more stretches or calls is not followed to its end: lists that are copied for each would grow too slow. */
const mostFollowed = 1000;

const followed = <A>(known: readonly A[], next: A): readonly A[] => (known.length > mostFollowed ? known : [...known, next]);

/** A longer thought goes back without its words. */
const longestThought = 20_000;

const signed = (signature: string | undefined): { readonly thought_signature?: string } => (signature === undefined ? {} : { thought_signature: signature });

const placed = ({ hasCalled }: Track): { readonly behind?: true } => (hasCalled ? { behind: true } : {});

/** Pieces of a text are one, up to the one that is signed; a signature without text belongs to the text before it. */
const withSpoken = (track: Track, length: number, signature: string | undefined): Track => {
  const last = track.stretches.at(-1);
  const goesOn = last?.isText === true && last.thought_signature === undefined && (last.behind === true) === track.hasCalled;
  if (!goesOn && length === 0 && signature === undefined) return track;
  if (!goesOn) {
    const next: Stretch = { length, isText: true, ...signed(signature), ...placed(track) };
    return { ...track, stretches: followed(track.stretches, next) };
  }
  return { ...track, stretches: [...track.stretches.slice(0, -1), { ...last, length: last.length + length, ...signed(signature) }] };
};

const requestPart = ({ executableCode, codeExecutionResult, toolCall, toolResponse }: ResponsePart): RequestPart | undefined =>
  readSignedParts([{ length: 0, part: { executableCode, codeExecutionResult, toolCall, toolResponse } }])?.[0]?.part;

const withThought = (track: Track, { text = '', thoughtSignature }: ResponsePart): Track => {
  const thought = track.thought.length > longestThought ? track.thought : track.thought + text;
  if (thoughtSignature === undefined) return { ...track, thought };
  const part: RequestPart = { text: thought.length > longestThought ? '' : thought, thought: true };
  return { ...track, thought: '', stretches: followed(track.stretches, { length: 0, part, ...signed(thoughtSignature), ...placed(track) }) };
};

const withPart = (track: Track, part: ResponsePart, { shownLength, keepsServerTools }: SignedAnswerSettings): Track => {
  const { functionCall, text, thought, thoughtSignature } = part;
  if (thought === true) return text === undefined ? track : withThought(track, part);
  if (functionCall !== undefined) return track.hasCalled ? track : { ...track, hasCalled: true };
  const spoken = track.thought === '' ? track : { ...track, thought: '' };
  if (text !== undefined) return withSpoken(spoken, text.length, thoughtSignature);
  const isServerTool = part.toolCall !== undefined || part.toolResponse !== undefined;
  if (isServerTool && !keepsServerTools) return spoken;
  const own = requestPart(part);
  const length = isServerTool ? 0 : shownLength(part);
  if (length === 0 && own === undefined) return spoken;
  const next: Stretch = { length, ...signed(thoughtSignature), ...(own === undefined ? {} : { part: own }), ...placed(track) };
  return { ...spoken, stretches: followed(spoken.stretches, next) };
};

const callsOf = ({ tool_calls: calls = [], function_call: legacy, extra_content: extra }: Delta): readonly Omit<CallDelta, 'index' | 'id'>[] =>
  legacy === undefined ? calls : [{ function: legacy, ...(extra === undefined ? {} : { extra_content: extra }) }];

const withDelta = (track: Track, delta: Delta): Track => {
  let { calls, length, lead, print } = track;
  if (delta.content !== undefined && delta.content !== '') {
    if (lead === length) lead += delta.content.length - delta.content.trimStart().length;
    length += delta.content.length;
    print = withWords(print, delta.content);
  }
  for (const { function: called, custom, extra_content: extra } of callsOf(delta)) {
    calls = followed(calls, extra?.google.thought_signature ?? null);
    print = { ...print, called: withCall(print.called, called?.name ?? custom?.name ?? '', called?.arguments ?? custom?.input ?? '') };
  }
  return { ...track, calls, length, lead, print, own: { ...track.own, ...delta.extra_content?.google } };
};

const withoutMarks = (stretches: readonly Stretch[]): readonly SignedPart[] => stretches.map(({ isText: _, ...part }) => part);

/** What was followed of a choice, where something in it is signed and nothing but what was followed made its content. */
const answerOf = ({ stretches, calls, length, lead }: Track): SignedAnswer | null => {
  const isSigned = stretches.some(({ thought_signature: signature }) => isSignature(signature)) || calls.some(isSignature);
  const isFollowed = stretches.length <= mostFollowed && calls.length <= mostFollowed && stretches.reduce((sum, stretch) => sum + stretch.length, 0) === length;
  return isSigned && isFollowed ? { lead, parts: withoutMarks(stretches), calls } : null;
};

/** One signature on the last text, and Google's tools before all: the message's own fields say as much. */
const isPlain = (stretches: readonly Stretch[]): boolean =>
  stretches.every(
    ({ part, isText, thought_signature: signature, behind }, at) =>
      behind === undefined &&
      (isText === true ? signature === undefined || at === stretches.length - 1 : part?.toolCall !== undefined || part?.toolResponse !== undefined) &&
      (isText === true || stretches.slice(0, at).every((before) => before.isText !== true)),
  );

/** A longer answer is not remembered (signature-memory.ts has the bound of all); results of searches are signed with 140,000. */
const mostRemembered = 262_144;

const remembered = (track: Track, question: string): readonly Signature[] => {
  const answer = answerOf(track);
  const holdsTools = answer?.parts.some(({ part }) => part?.toolCall !== undefined || part?.toolResponse !== undefined);
  const value = answer === null ? '' : holdsTools === true ? exactJson(answer) : JSON.stringify(answer);
  if (value === '' || value.length > mostRemembered) return [];
  const holdsWords = track.stretches.some(({ part }) => part !== undefined) ? { holdsWords: true } : {};
  return [{ callId: answerKey(question, track.print), value, keyId: track.keyId, ...holdsWords }];
};

const withoutWords = (signedPart: SignedPart): SignedPart => (signedPart.part?.thought === true ? { ...signedPart, part: { ...signedPart.part, text: '' } } : signedPart);

/**
 * The last event of a choice tells where its signatures belong, when its other fields can't; it says those again, for
 * clients that keep what came last.
 */
const closed = (event: ChatEvent, tracks: ReadonlyMap<number, Track>, hidesThoughts: boolean): ChatEvent => {
  const [choice] = event.chunk.choices;
  const track = tracks.get(choice?.index ?? -1);
  if (choice === undefined || choice.finish_reason === null || track === undefined) return event;
  const answer = answerOf(track);
  if (answer === null || isPlain(track.stretches)) return event;
  const extra_content = { google: { ...track.own, ...choice.delta.extra_content?.google, signed_parts: hidesThoughts ? answer.parts.map(withoutWords) : answer.parts } };
  return { ...event, chunk: { ...event.chunk, choices: [{ ...choice, delta: { ...choice.delta, extra_content } }] } };
};

const isQuiet = ({ content }: Candidate): boolean => content?.parts === undefined || content.parts.length === 0;

/**
 * Follows which part of an answer carries which thought signature, and tells it with the end: to the client in
 * `extra_content.google.signed_parts`, where the usual fields don't say it, and to our memory.
 */
export const signedAnswers = <S, F>(
  machine: Machine<S, Frame, ChatEvent, F>,
  settings: SignedAnswerSettings,
): Machine<SignedAnswers<S>, Frame, ChatEvent, F> => ({
  start: { inner: machine.start, tracks: new Map() },
  step: (state, frame) => {
    const [inner, events] = machine.step(state.inner, frame);
    if ((frame.candidates ?? []).every(isQuiet)) return [{ inner, tracks: state.tracks }, events];
    const tracks = new Map(state.tracks);
    for (const { index = 0, content } of frame.candidates ?? []) {
      const known = tracks.get(index) ?? fresh;
      const parts = content?.parts ?? [];
      const track = parts.reduce((sum, part) => withPart(sum, part, settings), known);
      const keyId = parts.some(({ thoughtSignature }) => thoughtSignature !== undefined) ? (frame.keyId ?? known.keyId) : known.keyId;
      tracks.set(index, { ...track, keyId });
    }
    for (const { chunk } of events) {
      const [choice] = chunk.choices;
      const track = tracks.get(choice?.index ?? -1);
      if (choice !== undefined && track !== undefined) tracks.set(choice.index, withDelta(track, choice.delta));
    }
    return [{ inner, tracks }, events];
  },
  end: ({ inner, tracks }) => {
    const events = machine.end(inner).map((event) => closed(event, tracks, settings.hidesThoughts === true));
    const signatures = [...tracks.values()].flatMap((track) => remembered(track, settings.question));
    const last = events.at(-1);
    return last === undefined || signatures.length === 0 ? events : [...events.slice(0, -1), { ...last, signatures }];
  },
  fail: ({ inner }, error) => machine.fail(inner, error),
});
