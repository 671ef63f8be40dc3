import { countedText } from '../../../kernel/fingerprint.ts';
import { lengthOf } from '../../../kernel/unread-text.ts';
import { itemsOf, type Chain } from '../../../kernel/chain.ts';
import type { AnswerEvent, CitationEvent } from '../../../gemini/answer/answer-event.ts';
import { nothingShown, placeInShown, withShown, type ShownText } from '../../../gemini/answer/shown-text.ts';
import {
  followPlaces,
  isPlainlySigned,
  noPlaces,
  signedAnswer,
  withContent,
  type SignedPlaces,
} from '../../../gemini/answer/signed-places.ts';
import {
  emptyPrint,
  withCall,
  withWords,
  type AnswerPrint,
} from '../../../gemini/conversation/answer-key.ts';
import type { SignedPart } from '../../../gemini/conversation/signed-parts.ts';
import type { ResponsePart } from '../../../gemini/response.ts';
import type { Annotation, Delta, ExtraContent } from './chunk.ts';

/** What is known of one choice so far. */
export type ChoiceState = {
  readonly calls: number;
  readonly shown: ShownText;
  readonly citations: Chain<CitationEvent>;
  /** Calls of Google's own tools and their results, as they came. */
  readonly serverTools: Chain<ResponsePart>;
  readonly places: SignedPlaces;
  readonly print: AnswerPrint;
  /** What the message's own field said last. */
  readonly own: ExtraContent['google'];
};

/** Of a choice that has not begun. */
export const freshChoice: ChoiceState = {
  calls: 0,
  shown: nothingShown,
  citations: null,
  serverTools: null,
  places: noPlaces,
  print: emptyPrint,
  own: {},
};

const withCalled = (print: AnswerPrint, { tool_calls: calls, function_call: legacy }: Delta): AnswerPrint => {
  const [call] = calls ?? [];
  const name = legacy?.name ?? call?.function?.name ?? call?.custom?.name ?? '';
  const input = legacy?.arguments ?? call?.function?.arguments ?? call?.custom?.input ?? '';
  return { ...print, called: withCall(print.called, name, input) };
};

/** The choice with the place of what it shows, for citations. */
export const withPlace = (state: ChoiceState, event: AnswerEvent, { content = '' }: Delta): ChoiceState => ({
  ...state,
  shown: withShown(state.shown, lengthOf(content), event.kind === 'text' && event.isOwn),
});

/** The choice after a delta: what it has said, and what it is known again by. */
export const afterDelta = (state: ChoiceState, event: AnswerEvent, delta: Delta): ChoiceState => {
  const { content, extra_content: extra } = delta;
  const places = followPlaces(state.places, event, lengthOf(content ?? ''));
  const own = extra === undefined ? state.own : { ...state.own, ...extra.google };
  if (event.kind === 'call') {
    return { ...state, places, own, calls: state.calls + 1, print: withCalled(state.print, delta) };
  }
  if (content === undefined || content === '') return { ...state, places, own };
  return {
    ...state,
    places: withContent(places, content),
    print: withWords(state.print, countedText(content)),
    own,
  };
};

/** The choice's citations, by their place in its content. */
export const annotationsOf = ({ citations, shown }: ChoiceState): readonly Annotation[] => {
  if (citations === null) return [];
  const placeOf = placeInShown(shown);
  return itemsOf(citations).map(({ url, title, start, end }) => {
    const start_index = placeOf(start);
    const end_index = end > start ? placeOf(end - 1) + 1 : start_index;
    return { type: 'url_citation', url_citation: { url, title, start_index, end_index } };
  });
};

const withoutWords = (signed: SignedPart): SignedPart =>
  signed.part?.thought === true ? { ...signed, part: { ...signed.part, text: '' } } : signed;

/**
 * Where a choice's signatures belong, when its other fields can't tell; those are said again, for clients that keep
 * what came last.
 */
export const signedParts = ({ places, own }: ChoiceState, hidesThoughts: boolean): ExtraContent['google'] | null => {
  const answer = signedAnswer(places);
  if (answer === null || isPlainlySigned(places)) return null;
  return { ...own, signed_parts: hidesThoughts ? answer.parts.map(withoutWords) : answer.parts };
};
