import { E } from '../kernel/fp.ts';
import { countBody, readCount } from '../gemini/count-tokens.ts';
import { namedThings } from '../gemini/named-things.ts';
import type { GeminiCall } from '../gemini/request.ts';
import type { AnswerReader, Questions } from '../ports/dialect.ts';
import { json } from '../ports/reply.ts';

/** Takes the answer to a question for a count of tokens, and shows it as a dialect does. */
export const countReader =
  (shown: (total: number) => object): (() => AnswerReader) =>
  () => {
    const known = { total: 0 };
    return {
      read: (value) => {
        const total = readCount(value);
        if (total === null) return E.left({ tag: 'BadAnswer', reason: 'a count of tokens that is no number' });
        known.total = total;
        return E.right(undefined);
      },
      end: () => Promise.resolve(json(200, shown(known.total))),
    };
  };

/** What is asked for the count of a call's tokens. */
export const countQuestions = (call: GeminiCall, answers: Questions['answers']): Questions => ({
  model: call.model,
  method: 'countTokens',
  bodies: [countBody(call)],
  things: () => namedThings({ contents: call.body.contents }),
  answers,
});
