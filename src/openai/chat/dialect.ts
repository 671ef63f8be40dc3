import { E } from '../../kernel/fp.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import { runAtOnce, type Steps } from '../../kernel/steps.ts';
import type { GeminiCall } from '../../gemini/request.ts';
import type { Dialect, Plan, TranslationContext } from '../../ports/dialect.ts';
import { conversationSettings } from '../../wire/conversation-settings.ts';
import { modelName } from '../../wire/model-name.ts';
import type { TranslationSettings } from '../../wire/translation-settings.ts';
import { tooManyPictures } from '../../gemini/conversation/earlier-pictures.ts';
import { contentsInSteps } from '../../gemini/conversation/to-contents.ts';
import { recallKeysInSteps, type RecallWish } from '../../gemini/conversation/recall.ts';
import { openaiReplies } from '../replies.ts';
import { chatAnswer } from './answer/chat-answer.ts';
import { mediaLinks } from './ask/media-links.ts';
import { chatRequestInSteps, type ChatRequest } from './ask/request.ts';
import { plainTerms } from './ask/plain-terms.ts';
import { shortTexts, unreadAt } from './ask/unread-at.ts';
import { settleChat, toGemini, type ChatAsked } from './ask/to-gemini.ts';

const planOf = ({ asked, settled, settings }: ChatAsked, context: TranslationContext, call: GeminiCall): Plan => {
  const streamed = asked.terms.stream === true;
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

function* decodeInSteps(body: unknown, written: () => string): Steps<E.Either<ProxyError, ChatRequest>> {
  const asked = yield* chatRequestInSteps(body, written);
  const fault = E.isLeft(asked) ? null : tooManyPictures(asked.right.turns);
  return fault === null ? asked : E.left(fault);
}

/** POST /v1/chat/completions as data. */
export const chatDialect = (settings: TranslationSettings): Dialect<ChatRequest> => {
  const settle = settleChat(settings);
  const keysInSteps = (asked: ChatRequest, wish: RecallWish): Steps<readonly string[]> =>
    recallKeysInSteps(asked.turns, modelName(asked.terms.model, settings.modelAliases).model, wish);
  function* planInSteps(asked: ChatRequest, context: TranslationContext): Steps<E.Either<ProxyError, Plan>> {
    const settled = settle(asked, context);
    if (E.isLeft(settled)) return settled;
    const chat = { asked, settled: settled.right, settings };
    const contents = yield* contentsInSteps(asked.turns, conversationSettings(chat, context, 'messages'));
    if (E.isLeft(contents)) return contents;
    const call = toGemini(settled.right, contents.right);
    return E.isLeft(call) ? call : E.right(planOf(chat, context, call.right));
  }
  return {
    decode: (body, written = () => '') => runAtOnce(decodeInSteps(body, written)),
    unreadAt,
    shortTexts,
    terms: plainTerms,
    callIds: (asked, wish) => runAtOnce(keysInSteps(asked, wish)),
    mediaLinks: (asked) => mediaLinks(asked, settings.historyImages),
    translate: (asked, context) => runAtOnce(planInSteps(asked, context)),
    inSteps: { decode: decodeInSteps, callIds: keysInSteps, plan: planInSteps },
    replies: openaiReplies,
  };
};
