import { E, TE, pipe } from '../../kernel/fp.ts';
import type { GeminiCall } from '../../gemini/request.ts';
import { batchWriter, type AnswerWriter } from '../../ports/answer-writer.ts';
import type { Dialect, TranslationContext } from '../../ports/dialect.ts';
import type { DecodeTokens } from '../../ports/tokens.ts';
import type { TranslationSettings } from '../../wire/translation-settings.ts';
import { openaiReplies } from '../replies.ts';
import { inputTexts, type TextInput } from '../text-inputs.ts';
import { completionMachine } from './machine.ts';
import { completionForm } from './reply.ts';
import { decodeCompletionRequest, type CompletionRequest } from './request.ts';
import { timesEach, toGemini } from './to-gemini.ts';

const isText = (prompt: TextInput): prompt is string => typeof prompt === 'string';

/** A request as it is translated: prompts of tokens have been read as text. */
const withTexts = ({ prompts, ...asked }: CompletionRequest): CompletionRequest<string> => ({
  ...asked,
  prompts: prompts.filter(isText),
});

const answerOf = (asked: CompletionRequest<string>, { id, created }: TranslationContext): AnswerWriter => {
  const { prompts, n = 1, model } = asked;
  const echoes = asked.echo === true ? timesEach(n, prompts) : [];
  const includeUsage = asked.stream_options?.include_usage === true;
  return batchWriter(completionMachine({ echoes }), completionForm({ id: `cmpl-${id}`, created, model, includeUsage }));
};

const withCall = (asked: CompletionRequest<string>, settings: TranslationSettings, context: TranslationContext) =>
  pipe(
    toGemini(asked, settings),
    E.map((call: GeminiCall) => ({
      call,
      streamed: asked.stream === true,
      shownEarly: asked.stream === true,
      judging: { refusesBlocks: settings.blockedReply !== 'choice', mustBeWhole: false },
      keepsImages: false,
      encoding: null,
      answer: answerOf(asked, context),
    })),
  );

/** POST /v1/completions as data. */
export const completionDialect = (
  settings: TranslationSettings,
  decodeTokens: DecodeTokens,
): Dialect<CompletionRequest> => ({
  decode: decodeCompletionRequest,
  lookUp: (asked) => pipe(inputTexts(decodeTokens)(asked.prompts), TE.map((prompts) => ({ ...asked, prompts }))),
  callIds: () => [],
  mediaLinks: () => [],
  translate: (asked, context) => withCall(withTexts(asked), settings, context),
  replies: openaiReplies,
});
