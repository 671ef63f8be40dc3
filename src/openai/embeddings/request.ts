import { E, pipe, t } from '../../kernel/fp.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import { embeddingBounds } from '../field-bounds.ts';
import { emptyInput, listInputs, wrongInput, type TextInput } from '../text-inputs.ts';
import { decodeWithin, lenient, oneOf, optional, unlessEmpty, within } from '../../wire/codec.ts';

const mostInputs = 2048;

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
  readonly inputs: readonly TextInput[];
};

const inputsOf = (input: unknown): E.Either<ProxyError, readonly TextInput[]> =>
  pipe(
    listInputs(input, 'input'),
    E.flatMap((inputs) => {
      if (inputs.length > mostInputs) return wrongInput('input', `at most ${mostInputs} texts are embedded at once`);
      const empty = emptyInput(input, inputs, 'input');
      return empty === null ? E.right(inputs) : wrongInput(empty, 'an empty text has no embedding');
    }),
  );

const decodeFields = decodeWithin(embeddingBounds, settings);

/** Decodes the body of POST /v1/embeddings. */
export const decodeEmbeddingRequest = (body: unknown): E.Either<ProxyError, EmbeddingRequest> =>
  pipe(
    decodeFields(body),
    E.flatMap(({ input, ...rest }) => pipe(inputsOf(input), E.map((inputs) => ({ ...rest, inputs })))),
  );
