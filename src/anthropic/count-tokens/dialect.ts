import { E, TE, pipe } from '../../kernel/fp.ts';
import { runSteps } from '../../kernel/steps.ts';
import { conversationLinks } from '../../gemini/conversation/conversation-links.ts';
import type { QuestionDialect } from '../../ports/dialect.ts';
import { countQuestions, countReader } from '../../wire/count-reader.ts';
import { anthropicReplies } from '../anthropic-replies.ts';
import { messageUnreadAt } from '../messages/ask/message-unread-at.ts';
import { countRequestInSteps, decodeCountRequest, type MessagesRequest } from '../messages/ask/request.ts';
import { settleMessages, toGemini, type MessagesSettings } from '../messages/ask/to-gemini.ts';

const answers = countReader((total) => ({ input_tokens: total }));

/** POST /v1/messages/count_tokens as data. */
export const countTokensDialect = (settings: MessagesSettings): QuestionDialect<MessagesRequest> => {
  const settle = settleMessages(settings);
  return {
    decode: decodeCountRequest,
    unreadAt: messageUnreadAt,
    inSteps: { decode: countRequestInSteps },
    job: 'chat',
    mediaLinks: (asked) => conversationLinks(asked.turns, settings.historyImages),
    translate: (asked, { media, isLarge }) => {
      const settled = settle(asked);
      if (E.isLeft(settled)) return TE.left(settled.left);
      const steps = () => toGemini({ asked, settled: settled.right, settings }, { recalled: new Map(), media });
      return pipe(
        () => runSteps(steps(), isLarge),
        TE.map((call) => countQuestions(call, answers)),
      );
    },
    replies: anthropicReplies,
  };
};
