import type { Machine } from '../../kernel/machine.ts';
import { textOf } from '../../kernel/unread-text.ts';
import { wellFormed } from '../../kernel/well-formed.ts';
import { plainTextOf, withCandidates } from '../plain-text.ts';
import type { Candidate, Frame, ResponsePart } from '../response.ts';

/** Halves of characters that wait for their other half: of one candidate, by the text that they are the end of. */
type Halves = { readonly text?: string; readonly thought?: string; readonly transcript?: string };

/** The halves by index of the candidate. */
export type WaitingHalves = ReadonlyMap<number, Halves>;

const replacement = '\ufffd';

const isHigh = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;

const endsInHalf = (text: string | undefined): boolean =>
  text !== undefined && isHigh(text.charCodeAt(text.length - 1));

const isHalf = ({ text, audioTranscription }: ResponsePart): boolean =>
  (typeof text === 'string' && !text.isWellFormed()) || audioTranscription?.text?.isWellFormed() === false;

const needsCare = (frame: Frame): boolean => {
  const text = plainTextOf(frame);
  return text === null
    ? frame.candidates?.some(({ content }) => content?.parts?.some(isHalf)) === true
    : !text.isWellFormed();
};

type Joined = { readonly text: string; readonly half: string };

const joinHalf = (half: string, text: string): Joined => {
  const all = half + text;
  return endsInHalf(all)
    ? { text: wellFormed(all.slice(0, -1)), half: all.slice(-1) }
    : { text: wellFormed(all), half: '' };
};

/** A stretch with times is shown by itself. */
const isTimed = ({ startOffset, endOffset }: NonNullable<ResponsePart['audioTranscription']>): boolean =>
  startOffset !== undefined || endOffset !== undefined;

type Parted = { readonly halves: Halves; readonly parts: readonly ResponsePart[] };

const withPart = ({ halves, parts }: Parted, part: ResponsePart): Parted => {
  const kind = part.thought === true ? 'thought' : 'text';
  const { audioTranscription } = part;
  if (audioTranscription?.text !== undefined) {
    const { text, half } = isTimed(audioTranscription)
      ? { text: wellFormed((halves.transcript ?? '') + audioTranscription.text), half: '' }
      : joinHalf(halves.transcript ?? '', audioTranscription.text);
    return {
      halves: { ...halves, transcript: half },
      parts: [...parts, { ...part, audioTranscription: { ...audioTranscription, text } }],
    };
  }
  if (part.text !== undefined) {
    const { text, half } = joinHalf(halves[kind] ?? '', textOf(part.text));
    return { halves: { ...halves, [kind]: half }, parts: [...parts, { ...part, text }] };
  }
  const isShown = (part.inlineData ?? part.fileData ?? part.executableCode ?? part.codeExecutionResult) !== undefined;
  if (!isShown || (halves[kind] ?? '') === '') return { halves, parts: [...parts, part] };
  return { halves: { ...halves, [kind]: '' }, parts: [...parts, endHalf(kind), part] };
};

const endHalf = (kind: keyof Halves): ResponsePart => {
  if (kind === 'transcript') return { audioTranscription: { text: replacement } };
  return kind === 'thought' ? { text: replacement, thought: true } : { text: replacement };
};

const kinds = ['thought', 'text', 'transcript'] as const;

const endHalves = (halves: Halves): readonly ResponsePart[] =>
  kinds.flatMap((kind) => ((halves[kind] ?? '') === '' ? [] : [endHalf(kind)]));

const joinFrame = (halves: Map<number, Halves>, frame: Frame): Frame => {
  if (frame.candidates === undefined) return frame;
  const candidates = frame.candidates.map((candidate): Candidate => {
    const index = candidate.index ?? 0;
    const start: Parted = { halves: halves.get(index) ?? {}, parts: [] };
    const read = (candidate.content?.parts ?? []).reduce(withPart, start);
    if (endHalves(read.halves).length > 0) halves.set(index, read.halves);
    else halves.delete(index);
    return candidate.content === undefined
      ? candidate
      : { ...candidate, content: { ...candidate.content, parts: read.parts } };
  });
  return withCandidates(frame, candidates);
};

/**
 * Makes whole characters: where a text ends in the first half of a surrogate pair, the half waits for the next text of
 * its kind in the same candidate; what stays alone is U+FFFD.
 */
export const wholeCharacters: Machine<WaitingHalves, readonly Frame[], Frame, never> = {
  start: new Map(),
  step: (known, frames) => {
    if (known.size === 0 && !frames.some(needsCare)) return [known, frames];
    const halves = new Map(known);
    return [halves, frames.map((frame) => (halves.size > 0 || needsCare(frame) ? joinFrame(halves, frame) : frame))];
  },
  end: (halves) =>
    halves.size === 0
      ? []
      : [{ candidates: [...halves].map(([index, own]) => ({ index, content: { parts: endHalves(own) } })) }],
  fail: () => [],
};
