import { E, TE, pipe } from '../../kernel/fp.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import { readEmbedded, type Embedded } from '../../gemini/embeddings.ts';
import type { QuestionDialect } from '../../ports/dialect.ts';
import type { DecodeTokens } from '../../ports/tokens.ts';
import { isModelId, noSuchModel, type ModelSettings } from '../model-name.ts';
import { embeddingAnswer } from './answer.ts';
import { decodeEmbeddingRequest, type EmbeddingInput, type EmbeddingRequest } from './request.ts';
import { toBatches } from './to-gemini.ts';

const textOf =
  (decodeTokens: DecodeTokens) =>
  (input: EmbeddingInput): TE.TaskEither<ProxyError, string> =>
    typeof input === 'string' ? TE.right(input) : decodeTokens(input);

const unreadable: ProxyError = { tag: 'BadAnswer', reason: 'embeddings that do not match the texts' };

/** POST /v1/embeddings as data. */
export const embeddingDialect = (settings: ModelSettings, decodeTokens: DecodeTokens): QuestionDialect<EmbeddingRequest, Embedded> => ({
  decode: decodeEmbeddingRequest,
  toGemini: (asked) =>
    pipe(
      asked.inputs,
      TE.traverseSeqArray(textOf(decodeTokens)),
      TE.flatMapEither((texts) => {
        const { model, batches } = toBatches(asked, texts, settings.modelAliases);
        if (!isModelId(model)) return E.left(noSuchModel(asked.model));
        return E.right({
          model,
          method: 'batchEmbedContents',
          bodies: batches,
          read: (value, at) => E.fromNullable(unreadable)(readEmbedded(value, batches[at]?.requests.length ?? 0)),
          reply: (answers) => embeddingAnswer(asked, texts, answers),
        });
      }),
    ),
});
