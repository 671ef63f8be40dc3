import { E, pipe } from '../../kernel/fp.ts';
import { tooManyPictures } from '../../gemini/conversation/earlier-pictures.ts';
import { conversationLinks } from '../../gemini/conversation/conversation-links.ts';
import { recallKeys } from '../../gemini/conversation/recall.ts';
import type { Dialect } from '../../ports/dialect.ts';
import { chosenFormat } from '../../wire/image-reply.ts';
import { anthropicReplies } from '../anthropic-replies.ts';
import { messageAnswer } from './answer/message-answer.ts';
import { decodeMessagesRequest, type MessagesRequest } from './ask/request.ts';
import { settleMessages, settleMessageModel, toGemini, type MessagesSettings } from './ask/to-gemini.ts';

/** What signatures of a conversation may be remembered by; a model that there can't be remembers nothing. */
const keysOf = (asked: MessagesRequest, settings: MessagesSettings): readonly string[] => {
  const model = settleMessageModel(asked, settings);
  return E.isLeft(model) ? [] : recallKeys(asked.turns, model.right.name.model);
};

/** POST /v1/messages as data. */
export const messagesDialect = (settings: MessagesSettings): Dialect<MessagesRequest> => {
  const settle = settleMessages(settings);
  return {
    decode: (body, written) =>
      pipe(
        decodeMessagesRequest(body, written),
        E.flatMap((asked) => {
          const fault = tooManyPictures(asked.turns);
          return fault === null ? E.right(asked) : E.left(fault);
        }),
      ),
    callIds: (asked) => keysOf(asked, settings),
    mediaLinks: (asked) => conversationLinks(asked.turns, settings.historyImages),
    translate: (asked, context) =>
      pipe(
        settle(asked),
        E.bindTo('settled'),
        E.bind('call', ({ settled }) => toGemini({ asked, settled, settings }, context)),
        E.bind('pictures', ({ settled }) =>
          chosenFormat(settled.name.imageReply, context.imageReplyFormat, settings.imageReplyFormat),
        ),
        E.map(({ settled, call, pictures }) => ({
          call,
          streamed: asked.stream === true,
          shownEarly: asked.stream === true,
          judging: { refusesBlocks: false, mustBeWhole: false },
          keepsImages: pictures !== 'data-url',
          encoding: null,
          answer: messageAnswer(asked, settled, context),
          dropped: asked.dropped,
        })),
      ),
    replies: anthropicReplies,
  };
};
