import { E, TE, pipe } from '../../kernel/fp.ts';
import { isObject } from '../../kernel/is-object.ts';
import { conversationLinks } from '../../gemini/conversation/conversation-links.ts';
import type { GeminiCall } from '../../gemini/request.ts';
import type { AnswerReader, QuestionDialect } from '../../ports/dialect.ts';
import { json } from '../../ports/reply.ts';
import { anthropicReplies } from '../anthropic-replies.ts';
import { decodeCountRequest, type MessagesRequest } from '../messages/ask/request.ts';
import { settleMessages, toGemini, type MessagesSettings } from '../messages/ask/to-gemini.ts';

const countReader = (): AnswerReader => {
  const known = { total: 0 };
  return {
    read: (value) => {
      const total = isObject(value) ? value['totalTokens'] : undefined;
      if (typeof total !== 'number') return E.left({ tag: 'BadAnswer', reason: 'a count of tokens that is no number' });
      known.total = total;
      return E.right(undefined);
    },
    end: () => Promise.resolve(json(200, { input_tokens: known.total })),
  };
};

/** What is counted: conversation, instruction and tools. How the answer is made costs no token of the prompt. */
const countBody = ({ model, body: { contents, systemInstruction, tools, toolConfig } }: GeminiCall): object => ({
  generateContentRequest: { model: `models/${model}`, contents, systemInstruction, tools, toolConfig },
});

/** POST /v1/messages/count_tokens as data. */
export const countTokensDialect = (settings: MessagesSettings): QuestionDialect<MessagesRequest> => {
  const settle = settleMessages(settings);
  return {
    decode: decodeCountRequest,
    job: 'chat',
    mediaLinks: (asked) => conversationLinks(asked.turns, settings.historyImages),
    translate: (asked, { media }) =>
      TE.fromEither(
        pipe(
          settle(asked),
          E.flatMap((settled) => toGemini({ asked, settled, settings }, { recalled: new Map(), media })),
          E.map((call) => ({
            model: call.model,
            method: 'countTokens',
            bodies: [countBody(call)],
            answers: countReader,
          })),
        ),
      ),
    replies: anthropicReplies,
  };
};
