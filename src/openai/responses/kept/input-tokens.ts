import { E, TE, pipe } from '../../../kernel/fp.ts';
import type { QuestionDialect } from '../../../ports/dialect.ts';
import { runSteps } from '../../../kernel/steps.ts';
import type { ResponseStore } from '../../../ports/response-store.ts';
import { countQuestions, countReader } from '../../../wire/count-reader.ts';
import type { TranslationSettings } from '../../../wire/translation-settings.ts';
import { openaiReplies } from '../../replies.ts';
import { geminiInSteps, settleResponse } from '../ask/to-gemini.ts';
import { itemUnreadAt } from '../ask/item-unread-at.ts';
import { notRead, readingOf, type Reading } from '../reading.ts';

const answers = countReader((total) => ({ object: 'response.input_tokens', input_tokens: total }));

/** POST /v1/responses/input_tokens as data: what the same request would cost, as Gemini counts it. */
export const inputTokensDialect = (
  settings: TranslationSettings,
  store: Pick<ResponseStore, 'recallItems'>,
): QuestionDialect<Reading> => {
  const { decode, steps, lookUp, mediaLinks } = readingOf(settings, store);
  const settle = settleResponse(settings);
  return {
    decode,
    unreadAt: itemUnreadAt,
    inSteps: steps,
    job: 'chat',
    lookUp,
    mediaLinks,
    translate: ({ read: asked }, { media, isLarge }) => {
      if (asked === null) return TE.fromEither(notRead);
      const settled = settle(asked);
      if (E.isLeft(settled)) return TE.left(settled.left);
      const call = () => geminiInSteps({ asked, settled: settled.right, settings }, { recalled: new Map(), media });
      return pipe(
        () => runSteps(call(), isLarge),
        TE.map((made) => countQuestions(made, answers)),
      );
    },
    replies: openaiReplies,
  };
};
