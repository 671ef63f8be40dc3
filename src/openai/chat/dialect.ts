import { E, pipe } from '../../kernel/fp.ts';
import type { GeminiCall } from '../../gemini/request.ts';
import type { Dialect, Plan, TranslationContext } from '../../ports/dialect.ts';
import { modelName } from '../../wire/model-name.ts';
import type { TranslationSettings } from '../../wire/translation-settings.ts';
import { tooManyPictures } from '../../gemini/conversation/earlier-pictures.ts';
import { recallKeys } from '../../gemini/conversation/recall.ts';
import { openaiReplies } from '../replies.ts';
import { chatAnswer } from './answer/chat-answer.ts';
import { mediaLinks } from './ask/media-links.ts';
import { decodeChatRequest, type ChatRequest } from './ask/request.ts';
import { unreadAt } from './ask/unread-at.ts';
import { settleChat, toGemini, type ChatAsked } from './ask/to-gemini.ts';

const planOf = ({ asked, settled, settings }: ChatAsked, context: TranslationContext, call: GeminiCall): Plan => {
  const streamed = asked.stream === true;
  return {
    call,
    streamed,
    shownEarly: streamed,
    judging: { refusesBlocks: settings.blockedReply !== 'choice', mustBeWhole: false },
    keepsImages: settled.imageReply !== 'data-url',
    encoding: null,
    answer: chatAnswer(asked, settled, context),
  };
};

/** POST /v1/chat/completions as data. */
export const chatDialect = (settings: TranslationSettings): Dialect<ChatRequest> => {
  const settle = settleChat(settings);
  return {
    decode: (body, written) =>
      pipe(
        decodeChatRequest(body, written),
        E.flatMap((asked) => {
          const fault = tooManyPictures(asked.turns);
          return fault === null ? E.right(asked) : E.left(fault);
        }),
      ),
    unreadAt,
    callIds: (asked) => recallKeys(asked.turns, modelName(asked.model, settings.modelAliases).model),
    mediaLinks: (asked) => mediaLinks(asked, settings.historyImages),
    translate: (asked, context) =>
      pipe(
        settle(asked, context),
        E.map((settled) => ({ asked, settled, settings })),
        E.flatMap((chat) => pipe(toGemini(chat, context), E.map((call) => planOf(chat, context, call)))),
      ),
    replies: openaiReplies,
  };
};
