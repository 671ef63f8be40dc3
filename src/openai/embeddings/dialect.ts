import { E, TE, pipe } from '../../kernel/fp.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import { readEmbedded, type BatchEmbedContentsRequest, type Embedded } from '../../gemini/embeddings.ts';
import { readFrame } from '../../gemini/frame.ts';
import { blockIn } from '../../gemini/verdict.ts';
import type { AnswerReader, QuestionDialect } from '../../ports/dialect.ts';
import type { DecodeTokens } from '../../ports/tokens.ts';
import { isModelId, noSuchModel, type ModelSettings } from '../../wire/model-name.ts';
import { openaiReplies } from '../replies.ts';
import { inputTexts } from '../text-inputs.ts';
import { embeddingAnswer } from './answer.ts';
import { decodeEmbeddingRequest, type EmbeddingRequest } from './request.ts';
import { toBatches } from './to-gemini.ts';

const unreadable: ProxyError = { tag: 'BadAnswer', reason: 'embeddings that do not match the texts' };

/** What is no batch of vectors may be a block. */
const answerError = (value: unknown): ProxyError => {
  const read = readFrame(value);
  return (read.kind === 'frame' ? blockIn(read.frame) : null) ?? unreadable;
};

/** The texts of one request, as they go up. */
type Texts = { readonly texts: readonly string[]; readonly batches: readonly BatchEmbedContentsRequest[] };

const vectorReader = (asked: EmbeddingRequest, { texts, batches }: Texts): AnswerReader => {
  const read: Embedded[] = [];
  return {
    read: (value, at) => {
      const embedded = readEmbedded(value, batches[at]?.requests.length ?? 0);
      if (embedded === null) return E.left(answerError(value));
      read[at] = embedded;
      return E.right(undefined);
    },
    end: () => embeddingAnswer(asked, texts, read),
  };
};

/** POST /v1/embeddings as data. */
export const embeddingDialect = (
  settings: ModelSettings,
  decodeTokens: DecodeTokens,
): QuestionDialect<EmbeddingRequest> => ({
  decode: decodeEmbeddingRequest,
  translate: (asked) =>
    pipe(
      inputTexts(decodeTokens)(asked.inputs),
      TE.flatMapEither((texts) => {
        const { model, batches } = toBatches(asked, texts, settings.modelAliases);
        if (!isModelId(model)) return E.left(noSuchModel(asked.model));
        return E.right({
          model,
          method: 'batchEmbedContents',
          bodies: batches,
          answers: () => vectorReader(asked, { texts, batches }),
        });
      }),
    ),
  replies: openaiReplies,
});
