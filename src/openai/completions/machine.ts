import { joinMachines } from '../../kernel/join-machines.ts';
import type { Machine } from '../../kernel/machine.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import type { AnswerEvent, TextEvent } from '../../gemini/answer/answer-event.ts';
import { fileWords } from '../../gemini/answer/file-words.ts';
import { readAnswer, type AnswerState } from '../../gemini/answer/read-answer.ts';
import { functionNames } from '../../gemini/tools/function-names.ts';
import type { Frame, LogprobsResult, UsageMetadata } from '../../gemini/response.ts';
import { finishReason } from '../chat/answer/finish-reason.ts';
import { toUsage, type Usage } from '../chat/answer/usage.ts';

/** OpenAI's log probabilities of a legacy completion; offsets count characters of the choice's own text. */
export type CompletionLogprobs = {
  readonly tokens: readonly string[];
  readonly token_logprobs: readonly number[];
  readonly top_logprobs: readonly Readonly<Record<string, number>>[];
  readonly text_offset: readonly number[];
};

/** What is new of one choice. */
export type CompletionChoice = {
  readonly text: string;
  readonly index: number;
  readonly logprobs: CompletionLogprobs | null;
  readonly finish_reason: 'stop' | 'length' | 'content_filter' | null;
};

/** A piece of the answer: of one choice, or at the end the usage. */
export type CompletionEvent = { readonly choice: CompletionChoice } | { readonly usage: Usage };

/** What went wrong inside a stream. */
export type CompletionFailure = { readonly error: ProxyError };

/** How the answer is written: `echoes` are the texts that choices begin with, by index. */
export type CompletionSettings = { readonly echoes: readonly string[] };

type WriterState = { readonly offsets: ReadonlyMap<number, number>; readonly usage: UsageMetadata };

/** Log probabilities of tokens that stand at this place of the text; null when there are none. */
const logprobsOf = (result: LogprobsResult | undefined, offset: number): CompletionLogprobs | null => {
  const chosen = result?.chosenCandidates ?? [];
  if (chosen.length === 0) return null;
  let at = offset;
  return {
    tokens: chosen.map(({ token = '' }) => token),
    token_logprobs: chosen.map(({ logProbability = 0 }) => logProbability),
    top_logprobs: chosen.map((_, index) =>
      Object.fromEntries(
        (result?.topCandidates?.[index]?.candidates ?? []).map(({ token = '', logProbability = 0 }) => [
          token,
          logProbability,
        ]),
      ),
    ),
    text_offset: chosen.map(({ token = '' }) => {
      at += token.length;
      return at - token.length;
    }),
  };
};

const textChoice = ({ candidate: index, text, logprobs }: TextEvent, offset: number): CompletionChoice => ({
  text,
  index,
  logprobs: logprobsOf(logprobs, offset),
  finish_reason: null,
});

const reasons = { stop: 'stop', length: 'length', content_filter: 'content_filter' } as const;

const choiceOf = (
  event: Exclude<AnswerEvent, { readonly kind: 'usage' }>,
  offset: number,
  { echoes }: CompletionSettings,
): CompletionChoice | null => {
  const { candidate: index } = event;
  const plain: CompletionChoice = { text: '', index, logprobs: null, finish_reason: null };
  if (event.kind === 'begin') return (echoes[index] ?? '') === '' ? null : { ...plain, text: echoes[index] ?? '' };
  if (event.kind === 'text') return event.text === '' ? null : textChoice(event, offset);
  if (event.kind === 'sound' || event.kind === 'file') return { ...plain, text: fileWords(event) };
  if (event.kind === 'logprobs') return { ...plain, logprobs: logprobsOf(event.logprobs, offset) };
  if (event.kind !== 'end') return null;
  const reason = finishReason(event, 'stop');
  return { ...plain, finish_reason: reason === 'length' || reason === 'content_filter' ? reasons[reason] : 'stop' };
};

const completionWriter = (
  settings: CompletionSettings,
): Machine<WriterState, readonly AnswerEvent[], CompletionEvent, CompletionFailure> => ({
  start: { offsets: new Map(), usage: {} },
  step: (state, given) => {
    const events: CompletionEvent[] = [];
    const offsets = new Map(state.offsets);
    let { usage } = state;
    for (const event of given) {
      if (event.kind === 'usage') {
        usage = event.usage;
        continue;
      }
      const offset = offsets.get(event.candidate) ?? 0;
      const choice = choiceOf(event, offset, settings);
      if (choice === null) continue;
      events.push({ choice });
      offsets.set(event.candidate, offset + choice.text.length);
    }
    return [{ offsets, usage }, events];
  },
  end: ({ usage }) => [{ usage: toUsage(usage) }],
  fail: (_state, error) => [{ error }],
});

/** What is known of an answer as it comes, and as it is written. */
export type CompletionState = readonly [AnswerState, WriterState];

const reading = { names: functionNames([]), jsonAnswer: null, oneCall: false, citesSources: false };

/** Gemini's frames as the pieces of legacy completions: texts alone. */
export const completionMachine = (
  settings: CompletionSettings,
): Machine<CompletionState, readonly Frame[], CompletionEvent, CompletionFailure> =>
  joinMachines(readAnswer(reading), completionWriter(settings));
