import { E } from '../../kernel/fp.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import { runAtOnce, type Steps } from '../../kernel/steps.ts';
import { tooManyPictures } from '../../gemini/conversation/earlier-pictures.ts';
import { conversationLinks } from '../../gemini/conversation/conversation-links.ts';
import { recallKeysInSteps, type RecallWish } from '../../gemini/conversation/recall.ts';
import type { Dialect, Plan, TranslationContext } from '../../ports/dialect.ts';
import { chosenFormat } from '../../wire/image-reply.ts';
import { anthropicReplies } from '../anthropic-replies.ts';
import { messageAnswer } from './answer/message-answer.ts';
import { messagesRequestInSteps, type MessagesRequest } from './ask/request.ts';
import { settleMessages, settleMessageModel, toGemini, type MessagesSettings } from './ask/to-gemini.ts';
import { messageUnreadAt } from './ask/message-unread-at.ts';

function* decodeInSteps(body: unknown, written: () => string): Steps<E.Either<ProxyError, MessagesRequest>> {
  const asked = yield* messagesRequestInSteps(body, written);
  const fault = E.isLeft(asked) ? null : tooManyPictures(asked.right.turns);
  return fault === null ? asked : E.left(fault);
}

/** POST /v1/messages as data. */
export const messagesDialect = (settings: MessagesSettings): Dialect<MessagesRequest> => {
  const settle = settleMessages(settings);
  /** What signatures of a conversation may be remembered by; a model that there can't be remembers nothing. */
  function* keysInSteps(asked: MessagesRequest, wish: RecallWish): Steps<readonly string[]> {
    const model = settleMessageModel(asked, settings);
    return E.isLeft(model) ? [] : yield* recallKeysInSteps(asked.turns, model.right.name.model, wish);
  }
  function* planInSteps(asked: MessagesRequest, context: TranslationContext): Steps<E.Either<ProxyError, Plan>> {
    const settled = settle(asked);
    if (E.isLeft(settled)) return settled;
    const call = yield* toGemini({ asked, settled: settled.right, settings }, context);
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
  }
  return {
    decode: (body, written = () => '') => runAtOnce(decodeInSteps(body, written)),
    unreadAt: messageUnreadAt,
    callIds: (asked, wish) => runAtOnce(keysInSteps(asked, wish)),
    mediaLinks: (asked) => conversationLinks(asked.turns, settings.historyImages),
    translate: (asked, context) => runAtOnce(planInSteps(asked, context)),
    inSteps: { decode: decodeInSteps, callIds: keysInSteps, plan: planInSteps },
    replies: anthropicReplies,
  };
};
