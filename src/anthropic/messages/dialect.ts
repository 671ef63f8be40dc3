import { E } from '../../kernel/fp.ts';
import { tooManyPictures } from '../../gemini/conversation/earlier-pictures.ts';
import { conversationLinks } from '../../gemini/conversation/conversation-links.ts';
import { recallKeys } from '../../gemini/conversation/recall.ts';
import type { Dialect } from '../../ports/dialect.ts';
import { chosenFormat } from '../../wire/image-reply.ts';
import { anthropicReplies } from '../anthropic-replies.ts';
import { messageAnswer } from './answer/message-answer.ts';
import { decodeMessagesRequest, type MessagesRequest } from './ask/request.ts';
import { settleMessages, settleMessageModel, toGemini, type MessagesSettings } from './ask/to-gemini.ts';
import { messageUnreadAt } from './ask/message-unread-at.ts';

/** What signatures of a conversation may be remembered by; a model that there can't be remembers nothing. */
const keysOf = (asked: MessagesRequest, settings: MessagesSettings): readonly string[] => {
  const model = settleMessageModel(asked, settings);
  return E.isLeft(model) ? [] : recallKeys(asked.turns, model.right.name.model);
};

/** POST /v1/messages as data. */
export const messagesDialect = (settings: MessagesSettings): Dialect<MessagesRequest> => {
  const settle = settleMessages(settings);
  return {
    decode: (body, written) => {
      const asked = decodeMessagesRequest(body, written);
      const fault = E.isLeft(asked) ? null : tooManyPictures(asked.right.turns);
      return fault === null ? asked : E.left(fault);
    },
    unreadAt: messageUnreadAt,
    callIds: (asked) => keysOf(asked, settings),
    mediaLinks: (asked) => conversationLinks(asked.turns, settings.historyImages),
    translate: (asked, context) => {
      const settled = settle(asked);
      if (E.isLeft(settled)) return settled;
      const call = toGemini({ asked, settled: settled.right, settings }, context);
      if (E.isLeft(call)) return call;
      const { imageReply } = settled.right.name;
      const pictures = chosenFormat(imageReply, context.imageReplyFormat, settings.imageReplyFormat);
      if (E.isLeft(pictures)) return pictures;
      const streamed = asked.stream === true;
      return E.right({
        call: call.right,
        streamed,
        shownEarly: streamed,
        judging: { refusesBlocks: false, mustBeWhole: false },
        keepsImages: pictures.right !== 'data-url',
        encoding: null,
        answer: messageAnswer(asked, settled.right, context),
        dropped: asked.dropped,
      });
    },
    replies: anthropicReplies,
  };
};
