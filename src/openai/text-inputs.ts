import { paceWork } from '../kernel/breathe.ts';
import { E, TE, pipe } from '../kernel/fp.ts';
import { invalid, type ProxyError } from '../kernel/proxy-error.ts';
import type { DecodeTokens } from '../ports/tokens.ts';

/** A text, or a text as OpenAI's token numbers. */
export type TextInput = string | readonly number[];

const isText = (value: unknown): value is string => typeof value === 'string';
const isToken = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 0;
const isTokens = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length > 0 && value.every(isToken);

/** The 400 for a field of texts. */
export const wrongInput = (path: string, what: string): E.Either<ProxyError, never> =>
  E.left(invalid(`Invalid value for '${path}': ${what}.`, path, 'invalid_value'));

/** One text, a list of texts, one list of tokens, or a list of those, in order. */
export const listInputs = (input: unknown, field: string): E.Either<ProxyError, readonly TextInput[]> => {
  if (input == null)
    return E.left(invalid(`Missing required parameter: '${field}'.`, field, 'missing_required_parameter'));
  if (isText(input)) return E.right([input]);
  if (isTokens(input)) return E.right([input]);
  if (!Array.isArray(input) || input.length === 0)
    return wrongInput(field, 'expected a text, texts, or lists of tokens');
  if (input.every(isText)) return E.right(input);
  if (input.every(isTokens)) return E.right(input);
  const at = input.findIndex((one) => typeof one !== typeof input[0] || !(isText(one) || isTokens(one)));
  return wrongInput(`${field}.${Math.max(at, 0)}`, 'expected a text or a list of tokens, all of one kind');
};

/** The path of the first text that is empty; null when none is. */
export const emptyInput = (input: unknown, inputs: readonly TextInput[], field: string): string | null => {
  const at = inputs.findIndex(({ length }) => length === 0);
  if (at < 0) return null;
  return isText(input) ? field : `${field}.${at}`;
};

/** Tokens that are decoded in one go, in about a millisecond. */
const mostTokens = 16_384;

const textOf = (decodeTokens: DecodeTokens): ((input: TextInput) => TE.TaskEither<ProxyError, string>) => {
  const pace = paceWork(mostTokens);
  return (input) =>
    typeof input === 'string'
      ? TE.right(input)
      : pipe(
          decodeTokens(input),
          TE.tapTask(() => () => pace(input.length) ?? Promise.resolve()),
        );
};

/** The texts, those of tokens decoded. */
export const inputTexts =
  (decodeTokens: DecodeTokens) =>
  (inputs: readonly TextInput[]): TE.TaskEither<ProxyError, readonly string[]> =>
    pipe(inputs, TE.traverseSeqArray(textOf(decodeTokens)));
