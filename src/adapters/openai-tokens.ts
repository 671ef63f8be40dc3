import { E, TE, pipe } from '../kernel/fp.ts';
import { invalid, type ProxyError } from '../kernel/proxy-error.ts';
import type { DecodeTokens } from '../ports/tokens.ts';

type Decoder = (tokens: number[]) => string;

const missing: ProxyError = invalid(
  "'input' holds token numbers, which can't be read here: send texts (in LangChain: check_embedding_ctx_length=False).",
  'input',
  'unsupported_value',
);
const unknownToken: ProxyError = invalid(
  "'input' holds numbers that are no tokens of cl100k_base.",
  'input',
  'invalid_value',
);

const loadDecoder = async (): Promise<Decoder> => {
  const [{ Tiktoken }, { default: ranks }] = await Promise.all([
    import('js-tiktoken/lite'),
    import('js-tiktoken/ranks/cl100k_base'),
  ]);
  const encoding = new Tiktoken(ranks);
  return (tokens) => encoding.decode(tokens);
};

const decodeTokens = (decode: Decoder, tokens: readonly number[]): E.Either<ProxyError, string> =>
  pipe(
    E.tryCatch(
      () => decode([...tokens]),
      () => unknownToken,
    ),
    E.filterOrElse(
      (text) => text !== '',
      () => unknownToken,
    ),
  );

/**
 * Decodes OpenAI's tokens of cl100k_base, which LangChain sends by default. The table of tokens (1.7 MB) is loaded when
 * the first ones come.
 */
export const openaiTokens = (): DecodeTokens => {
  let loading: Promise<Decoder> | undefined;
  const decoder = TE.tryCatch(
    () => {
      loading ??= loadDecoder();
      return loading;
    },
    () => missing,
  );
  return (tokens) => pipe(decoder, TE.flatMapEither((decode) => decodeTokens(decode, tokens)));
};
