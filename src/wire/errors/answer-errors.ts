import { finishWords } from '../../gemini/finish-words.ts';
import { factsOf, type ErrorFacts, type ErrorsByTag, type FactsTable } from './error-kinds.ts';

const badAnswer = (message: string, code: string): ErrorFacts => factsOf({
  status: 502,
  kind: 'upstream',
  message,
  code,
});

const quoteGemini = (message: string | null): string =>
  message === null || message.trim() === '' ? '' : ` Gemini says: ${message.trim()}`;

const emptyAnswer = (reason: string | null, message: string | null): string =>
  reason === null
    ? 'Gemini sent an answer with nothing in it (not one candidate): try again.'
    : `Gemini gave no answer (${finishWords(reason)}): try again, or say it in other words.${quoteGemini(message)}`;

const faultyAnswer = (reason: string, message: string | null): string =>
  `Gemini's answer was of no use (${finishWords(reason)}): try again, or say it in other words.${quoteGemini(message)}`;

const blockedAnswer = ({ what, reason, message }: ErrorsByTag['Blocked']): string => {
  const words = finishWords(reason);
  const cure =
    what === 'prompt'
      ? `Gemini blocked the request (${words}): ` +
        'change what was asked, or the system prompt and history before it, and send it again.'
      : `Gemini blocked its answer (${words}): ask in other words and send it again.`;
  return `${cure}${quoteGemini(message)}`;
};

/** What was wrong with the answer that Gemini gave. */
export const answerErrors: FactsTable<
  'BadAnswer' | 'EmptyAnswer' | 'FaultyAnswer' | 'CutShort' | 'Blocked' | 'StreamCut'
> = {
  BadAnswer: ({ reason }) =>
    badAnswer(`Gemini's answer could not be read (${reason}): try again.`, 'bad_upstream_answer'),
  EmptyAnswer: ({ finishReason, finishMessage }) =>
    badAnswer(emptyAnswer(finishReason, finishMessage), 'empty_response'),
  FaultyAnswer: ({ finishReason, finishMessage }) =>
    badAnswer(faultyAnswer(finishReason, finishMessage), 'faulty_response'),
  CutShort: ({ finishReason }) => factsOf({
    status: 400,
    kind: 'invalid request',
    message: `The whole answer is longer than this model can give (${finishReason}): send it in shorter pieces.`,
    code: 'answer_too_long',
  }),
  Blocked: (error) => factsOf({
    status: 400,
    kind: 'invalid request',
    message: blockedAnswer(error),
    code: 'content_filter',
  }),
  StreamCut: () => badAnswer("Gemini's answer was cut off before its end: try again.", 'stream_cut'),
};
