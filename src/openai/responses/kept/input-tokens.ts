import { E, TE, pipe } from '../../../kernel/fp.ts';
import { countBody } from '../../../gemini/count-tokens.ts';
import type { QuestionDialect } from '../../../ports/dialect.ts';
import type { ResponseStore } from '../../../ports/response-store.ts';
import { countReader } from '../../../wire/count-reader.ts';
import type { TranslationSettings } from '../../../wire/translation-settings.ts';
import { openaiReplies } from '../../replies.ts';
import { settleResponse, toGemini } from '../ask/to-gemini.ts';
import { notRead, readingOf, type Reading } from '../reading.ts';

const answers = countReader((total) => ({ object: 'response.input_tokens', input_tokens: total }));

/** POST /v1/responses/input_tokens as data: what the same request would cost, as Gemini counts it. */
export const inputTokensDialect = (
  settings: TranslationSettings,
  store: Pick<ResponseStore, 'recallItems'>,
): QuestionDialect<Reading> => {
  const { decode, lookUp, mediaLinks } = readingOf(settings, store);
  return {
    decode,
    job: 'chat',
    lookUp,
    mediaLinks,
    translate: ({ read: asked }, { media }) =>
      TE.fromEither(
        asked === null
          ? notRead
          : pipe(
              settleResponse(asked, settings),
              E.flatMap((settled) => toGemini({ asked, settled, settings }, { recalled: new Map(), media })),
              E.map((call) => ({ model: call.model, method: 'countTokens', bodies: [countBody(call)], answers })),
            ),
      ),
    replies: openaiReplies,
  };
};
