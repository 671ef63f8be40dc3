import { E, TE, pipe } from '../kernel/fp.ts';
import { loadOnce } from '../kernel/load-once.ts';
import { caught, invalid, type ProxyError } from '../kernel/proxy-error.ts';
import type { DecodeTokens } from '../ports/tokens.ts';
import { loadTokenTable, type TokenTable } from './token-table.ts';

const unknownToken = (field: string): ProxyError =>
  invalid(`'${field}' holds numbers that are no tokens of cl100k_base.`, field, 'invalid_value');

/** The text of these tokens. A character may lie across tokens, so their bytes are put together first. */
const textOf = (
  { bytes, ends }: TokenTable,
  tokens: readonly number[],
  field: string,
): E.Either<ProxyError, string> => {
  const begins = (token: number): number => ends[token - 1] ?? 0;
  const lengths = tokens.map((token) => (ends[token] ?? 0) - begins(token));
  if (lengths.some((length) => length <= 0)) return E.left(unknownToken(field));
  const text = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const token of tokens) {
    const end = ends[token] ?? 0;
    for (let from = begins(token); from < end; from += 1) text[at++] = bytes[from] ?? 0;
  }
  return E.right(text.toString());
};

/**
 * Decodes OpenAI's tokens of cl100k_base, which all its embedding models take and LangChain sends by default. Their
 * table is loaded when the first ones come. A text has 16,384 at most, which take a millisecond. `field` holds them.
 */
export const openaiTokens = (field = 'input'): DecodeTokens => {
  const table = TE.tryCatch(loadOnce(loadTokenTable), caught);
  return (tokens) =>
    pipe(
      table,
      TE.flatMapEither((loaded) => textOf(loaded, tokens, field)),
    );
};
