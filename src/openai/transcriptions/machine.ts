import { textOf } from '../../kernel/unread-text.ts';
import type { Machine } from '../../kernel/machine.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import type { AudioTranscription, Frame, ResponsePart, UsageMetadata } from '../../gemini/response.ts';
import { latestUsage } from '../../gemini/usage.ts';
import { blockIn } from '../../gemini/verdict.ts';
import { formatOf, type ResponseFormat, type TranscriptionRequest } from './request.ts';
import { emptyFlow, flowEnd, flowOn, gapBetween, lastOf, stretchOf, type Flow, type Stretch } from './transcript.ts';

/** How the transcript is to be written. */
export type TranscriptWish = {
  readonly format: ResponseFormat;
  readonly granularities: readonly ('word' | 'segment')[];
  /** The language that the caller named. */
  readonly language: string | null;
  readonly temperature: number;
};

/** How a request wants its transcript. */
export const wishOf = (asked: TranscriptionRequest): TranscriptWish => ({
  format: formatOf(asked),
  granularities: asked.timestamp_granularities ?? ['segment'],
  language: asked.language ?? asked.languages?.[0] ?? null,
  temperature: asked.temperature ?? 0,
});

/** A stretch with its number from 0; its speaker is A, B, … in the order in which they speak. */
export type NumberedStretch = Stretch & { readonly number: number; readonly speaker: string };

/** The end of a transcript: all that is known of it but its stretches. */
export type TranscriptEnd = {
  readonly kind: 'end';
  readonly wish: TranscriptWish;
  readonly text: string;
  /** BCP 47, as Gemini tells it. */
  readonly language: string | null;
  readonly usage: UsageMetadata;
  readonly error: ProxyError | null;
};

/**
 * What a transcript is made of. A `stretch` says again what `delta`s have said; a stream shows it where speakers are
 * asked for.
 */
export type TranscriptEvent =
  | { readonly kind: 'delta'; readonly text: string; readonly segment: number | null }
  | { readonly kind: 'stretch'; readonly stretch: NumberedStretch; readonly isShown: boolean }
  | TranscriptEnd;

/** What is known of a transcript so far. Its text comes as texts or as stretches: what comes first counts. */
export type TranscriptState = {
  readonly by: 'texts' | 'stretches' | null;
  readonly flow: Flow;
  readonly stretches: number;
  /** Gemini's labels of the speakers, in the order in which they speak. */
  readonly speakers: readonly (string | null)[];
  readonly language: string | null;
  readonly refusal: ProxyError | null;
  readonly usage: UsageMetadata;
};

type Step = readonly [TranscriptState, readonly TranscriptEvent[]];

const start: TranscriptState = {
  by: null,
  flow: emptyFlow,
  stretches: 0,
  speakers: [],
  language: null,
  refusal: null,
  usage: {},
};

const addText = (state: TranscriptState, text: string, segment: number | null): Step => {
  const [flow, delta] = flowOn(state.flow, text);
  return [{ ...state, flow }, delta === '' ? [] : [{ kind: 'delta', text: delta, segment }]];
};

const withText = (state: TranscriptState, { text, thought }: ResponsePart): Step =>
  text === undefined || text === '' || thought === true || state.by === 'stretches'
    ? [state, []]
    : addText({ ...state, by: 'texts' }, textOf(text), null);

const speakerName = (at: number): string => (at < 26 ? String.fromCharCode(65 + at) : `S${at + 1}`);

/** Whom Gemini tells apart; all others are one more. */
const mostSpeakers = 100;

const withSpeaker = (known: TranscriptState['speakers'], speaker: string | null): TranscriptState['speakers'] =>
  known.length >= mostSpeakers || known.includes(speaker) ? known : [...known, speaker];

/** Stretches with times stand for themselves, so there is a gap between them; without, they are pieces of a text. */
const withStretch = (state: TranscriptState, read: AudioTranscription, asksForSpeakers: boolean): Step => {
  const stretch = stretchOf(read);
  const number = state.stretches;
  const speakers = withSpeaker(state.speakers, stretch.speaker);
  const known = { ...state, speakers, stretches: number + 1, language: read.languageCode ?? state.language };
  const place = speakers.indexOf(stretch.speaker);
  const speaker = speakerName(place < 0 ? mostSpeakers : place);
  const event: TranscriptEvent = {
    kind: 'stretch',
    stretch: { ...stretch, number, speaker },
    isShown: asksForSpeakers,
  };
  if (state.by === 'texts') return [known, [event]];
  const gap = stretch.end === null ? '' : gapBetween(lastOf(state.flow), stretch.text);
  const [next, deltas] = addText(
    { ...known, by: 'stretches' },
    `${gap}${stretch.text}`,
    asksForSpeakers ? number : null,
  );
  return [next, [...deltas, event]];
};

/** The transcript as it comes, then all of it. */
export const transcriptMachine = (wish: TranscriptWish): Machine<TranscriptState, Frame, TranscriptEvent> => {
  const asksForSpeakers = wish.format === 'diarized_json';
  const stepped = (state: TranscriptState, part: ResponsePart): Step => {
    const { audioTranscription } = part;
    return audioTranscription === undefined
      ? withText(state, part)
      : withStretch(state, { text: textOf(part.text ?? ''), ...audioTranscription }, asksForSpeakers);
  };
  return {
    start,
    step: (state, frame) => {
      let known: TranscriptState = {
        ...state,
        refusal: blockIn(frame) ?? state.refusal,
        usage: latestUsage(state.usage, frame.usageMetadata),
      };
      const events: TranscriptEvent[] = [];
      for (const part of frame.candidates?.[0]?.content?.parts ?? []) {
        const [next, more] = stepped(known, part);
        known = next;
        for (const event of more) events.push(event);
      }
      return [known, events];
    },
    end: (state) => {
      const last = flowEnd(state.flow);
      const segment = asksForSpeakers && state.by === 'stretches' ? state.stretches - 1 : null;
      const { language, usage, flow } = state;
      return [
        ...(last === '' ? [] : [{ kind: 'delta', text: last, segment } as const]),
        { kind: 'end', wish, text: `${flow.given}${last}`, language, usage, error: state.refusal },
      ];
    },
    fail: ({ flow, language, usage }, error) => [{ kind: 'end', wish, text: flow.given, language, usage, error }],
  };
};
