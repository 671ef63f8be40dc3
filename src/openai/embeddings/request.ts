import { E, pipe, t } from '../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../kernel/proxy-error.ts';
import { embeddingBounds } from '../field-bounds.ts';
import { decodeWithin, lenient, oneOf, optional, unlessEmpty, within } from '../../wire/codec.ts';

const mostInputs = 2048;

/** What is to be embedded, in order: texts, or texts as OpenAI's token numbers. */
export type EmbeddingInput = string | readonly number[];

const settings = t.type({
  model: t.string,
  input: t.unknown,
  dimensions: optional(within(1, 1_000_000, 'whole')),
  encoding_format: optional(oneOf(['float', 'base64'])),
  task_type: unlessEmpty(t.string),
  taskType: unlessEmpty(t.string),
  title: unlessEmpty(t.string),
  outputDimensionality: unlessEmpty(within(1, 1_000_000, 'whole')),
  output_dimensionality: unlessEmpty(within(1, 1_000_000, 'whole')),
  input_type: lenient(t.string),
});

/**
 * OpenAI's embedding request; `task_type`, `title` and `outputDimensionality` are Google's own, `input_type` is a
 * neighbour's.
 */
export type EmbeddingRequest = Omit<t.TypeOf<typeof settings>, 'input'> & {
  readonly inputs: readonly EmbeddingInput[];
};

const isText = (value: unknown): value is string => typeof value === 'string';
const isToken = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 0;
const isTokens = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length > 0 && value.every(isToken);

const wrongInput = (path: string, what: string): E.Either<ProxyError, never> =>
  E.left(invalid(`Invalid value for '${path}': ${what}.`, path, 'invalid_value'));

const emptyAt = (inputs: readonly EmbeddingInput[]): number => inputs.findIndex((input) => input.length === 0);

/** One text, a list of texts, one list of tokens, or a list of those. */
const listInputs = (input: unknown): E.Either<ProxyError, readonly EmbeddingInput[]> => {
  if (input == null)
    return E.left(invalid("Missing required parameter: 'input'.", 'input', 'missing_required_parameter'));
  if (isText(input)) return E.right([input]);
  if (isTokens(input)) return E.right([input]);
  if (!Array.isArray(input) || input.length === 0)
    return wrongInput('input', 'expected a text, texts, or lists of tokens');
  if (input.every(isText)) return E.right(input);
  if (input.every(isTokens)) return E.right(input);
  const at = input.findIndex((one) => typeof one !== typeof input[0] || !(isText(one) || isTokens(one)));
  return wrongInput(`input.${Math.max(at, 0)}`, 'expected a text or a list of tokens, all of one kind');
};

const inputsOf = (input: unknown): E.Either<ProxyError, readonly EmbeddingInput[]> =>
  pipe(
    listInputs(input),
    E.flatMap((inputs) => {
      if (inputs.length > mostInputs) return wrongInput('input', `at most ${mostInputs} texts are embedded at once`);
      const at = emptyAt(inputs);
      if (at < 0) return E.right(inputs);
      return wrongInput(isText(input) ? 'input' : `input.${at}`, 'an empty text has no embedding');
    }),
  );

const decodeFields = decodeWithin(embeddingBounds, settings);

/** Decodes the body of POST /v1/embeddings. */
export const decodeEmbeddingRequest = (body: unknown): E.Either<ProxyError, EmbeddingRequest> =>
  pipe(
    decodeFields(body),
    E.flatMap(({ input, ...rest }) => pipe(inputsOf(input), E.map((inputs) => ({ ...rest, inputs })))),
  );
