import { lengthOf, type LongText } from '../../kernel/unread-text.ts';
import { isSignature, readSignedParts, type SignedAnswer, type SignedPart } from '../conversation/signed-parts.ts';
import type { RequestPart } from '../request.ts';
import type { ResponsePart } from '../response.ts';
import type { AnswerEvent, TextEvent, ThoughtEvent } from './answer-event.ts';

type Stretch = SignedPart & { readonly isText?: true };

/**
 * Which stretch of a candidate's content carries which thought signature, for dialects whose answers are one text: its
 * stretches, its calls' signatures, the thought that is being told, the length of its content.
 */
export type SignedPlaces = {
  readonly stretches: readonly Stretch[];
  /** The stretch that may go on. */
  readonly open: Stretch | null;
  readonly calls: readonly (string | null)[];
  readonly hasCalled: boolean;
  readonly thought: string;
  readonly length: number;
  readonly lead: number;
};

/** Of a candidate that has not begun. */
export const noPlaces: SignedPlaces = {
  stretches: [],
  open: null,
  calls: [],
  hasCalled: false,
  thought: '',
  length: 0,
  lead: 0,
};

/**
 * An answer of more stretches or calls is not followed to its end: lists that are copied for each would grow too slow.
 */
const mostFollowed = 1000;

const followNext = <A>(known: readonly A[], next: A): readonly A[] =>
  known.length > mostFollowed ? known : [...known, next];

/** A longer thought goes back without its words. */
const longestThought = 20_000;

const signatureField = (signature: string | undefined): { readonly thought_signature?: string } =>
  signature === undefined ? {} : { thought_signature: signature };

const behindCalls = ({ hasCalled }: SignedPlaces): { readonly behind?: true } => (hasCalled ? { behind: true } : {});

const closedStretches = ({ stretches, open }: SignedPlaces): readonly Stretch[] =>
  open === null ? stretches : followNext(stretches, open);

/** Pieces of a text are one, up to the one that is signed; a signature without text belongs to the text before it. */
const withText = (places: SignedPlaces, { text: { length }, signature }: TextEvent): SignedPlaces => {
  const { open, hasCalled } = places;
  const goesOn = open?.isText === true && open.thought_signature === undefined && (open.behind === true) === hasCalled;
  if (goesOn) {
    return { ...places, thought: '', open: { ...open, length: open.length + length, ...signatureField(signature) } };
  }
  const next: Stretch = { length, isText: true, ...signatureField(signature), ...behindCalls(places) };
  return { ...places, thought: '', stretches: closedStretches(places), open: next };
};

const withThought = (places: SignedPlaces, { text, signature }: ThoughtEvent): SignedPlaces => {
  const thought = places.thought.length > longestThought ? places.thought : places.thought + text;
  if (signature === undefined) return { ...places, thought };
  const part: RequestPart = { text: thought.length > longestThought ? '' : thought, thought: true };
  const next: Stretch = { length: 0, part, ...signatureField(signature), ...behindCalls(places) };
  return { ...places, thought: '', stretches: closedStretches(places), open: next };
};

const requestPart = (part: ResponsePart): RequestPart | undefined => readSignedParts([{ length: 0, part }])?.[0]?.part;

type Piece = {
  readonly length: number;
  readonly own?: RequestPart | undefined;
  readonly signature: string | undefined;
};

const withPiece = (places: SignedPlaces, { length, own, signature }: Piece): SignedPlaces => {
  const spoken = places.thought === '' ? places : { ...places, thought: '' };
  if (length === 0 && own === undefined) return spoken;
  const part = own === undefined ? {} : { part: own };
  const next: Stretch = { length, ...signatureField(signature), ...part, ...behindCalls(places) };
  return { ...spoken, stretches: closedStretches(spoken), open: next };
};

/** Follows an event; `shown` is how many characters of content it makes, where it is no text. */
export const followPlaces = (places: SignedPlaces, event: AnswerEvent, shown: number): SignedPlaces => {
  switch (event.kind) {
    case 'text':
      return event.isOwn ? withText(places, event) : places;
    case 'thought':
      return withThought(places, event);
    case 'call':
      return { ...places, hasCalled: true, calls: followNext(places.calls, event.signature ?? null) };
    case 'picture':
      return event.isDraft ? places : withPiece(places, { length: shown, signature: event.signature });
    case 'code': {
      if (event.isThought) return places;
      const own = requestPart({ executableCode: event.code });
      return withPiece(places, { length: shown, own, signature: event.signature });
    }
    case 'code result': {
      if (event.isThought) return places;
      const own = requestPart({ codeExecutionResult: event.result });
      return withPiece(places, { length: shown, own, signature: event.signature });
    }
    case 'server tool': {
      const { toolCall, toolResponse, thoughtSignature } = event.part;
      const own = requestPart(toolCall === undefined ? { toolResponse } : { toolCall });
      return withPiece(places, { length: 0, own, signature: thoughtSignature });
    }
    case 'sound':
    case 'file':
      return withPiece(places, { length: shown, signature: undefined });
    default:
      return places;
  }
};

/** Counts what went into the content, whatever made it. */
export const withContent = (places: SignedPlaces, content: LongText): SignedPlaces => {
  if (content === '') return places;
  const { length } = places;
  const shown = lengthOf(content);
  // What nobody has read is a picture in its markdown, and begins with a letter.
  const blanks = typeof content === 'string' ? shown - content.trimStart().length : 0;
  return { ...places, length: length + shown, lead: places.lead === length ? length + blanks : places.lead };
};

const withoutMark = ({ isText: _, ...part }: Stretch): SignedPart => part;

const isSigned = ({ thought_signature: signature }: Stretch): boolean => isSignature(signature);

/** What was followed, where something in it is signed and nothing but what was followed made its content. */
export const signedAnswer = (places: SignedPlaces): SignedAnswer | null => {
  const { calls, length, lead, open } = places;
  if (!(open !== null && isSigned(open)) && !places.stretches.some(isSigned) && !calls.some(isSignature)) return null;
  const stretches = closedStretches(places);
  const isFollowed =
    stretches.length <= mostFollowed &&
    calls.length <= mostFollowed &&
    stretches.reduce((sum, stretch) => sum + stretch.length, 0) === length;
  return isFollowed ? { lead, parts: stretches.map(withoutMark), calls } : null;
};

const isServerTool = ({ part }: Stretch): boolean => part?.toolCall !== undefined || part?.toolResponse !== undefined;

/** One signature on the last text, and Google's tools before all: fields that know no places say as much. */
export const isPlainlySigned = (places: SignedPlaces): boolean => {
  const stretches = closedStretches(places);
  const firstText = stretches.findIndex(({ isText }) => isText === true);
  return stretches.every((stretch, at) => {
    if (stretch.behind !== undefined) return false;
    if (stretch.isText === true) return stretch.thought_signature === undefined || at === stretches.length - 1;
    return isServerTool(stretch) && (firstText < 0 || at < firstText);
  });
};
