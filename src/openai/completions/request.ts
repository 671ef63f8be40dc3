import { E, pipe, t } from '../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../kernel/proxy-error.ts';
import { mostChoices } from '../../gemini/answer/read-answer.ts';
import { decodeWithin, listOf, optional, stringOr, within } from '../../wire/codec.ts';
import { completionBounds } from '../field-bounds.ts';
import { emptyInput, listInputs, wrongInput, type TextInput } from '../text-inputs.ts';

const fields = t.type({
  model: t.string,
  prompt: t.unknown,
  n: optional(within(1, 8, 'whole')),
  stream: optional(t.boolean),
  stream_options: optional(t.type({ include_usage: optional(t.boolean) })),
  echo: optional(t.boolean),
  suffix: optional(t.string),
  best_of: optional(within(0, 20, 'whole')),
  logprobs: optional(within(0, 5, 'whole')),
  max_tokens: optional(within(1, Infinity, 'whole')),
  temperature: optional(within(0, 2)),
  top_p: optional(within(0, 1)),
  presence_penalty: optional(within(-2, 2)),
  frequency_penalty: optional(within(-2, 2)),
  seed: optional(within(-(2 ** 63), 2 ** 63, 'whole')),
  stop: optional(stringOr(listOf(t.string))),
  logit_bias: optional(t.UnknownRecord),
});

type Fields = t.TypeOf<typeof fields>;

/** OpenAI's legacy completion request; `T` is a prompt: as it was sent, or its text. */
export type CompletionRequest<T = TextInput> = Omit<Fields, 'prompt'> & { readonly prompts: readonly T[] };

const refusal = (param: string, why: string): ProxyError =>
  invalid(`'${param}' is not supported: ${why}.`, param, 'unsupported_parameter');

const unranked = "Gemini does not rank its answers, ask for them with 'n'";

/** What Gemini has no counterpart for, and no client can do without noticing. */
const faultOf = (asked: Fields): ProxyError | null => {
  const { suffix = '', best_of: best, n = 1, logit_bias: bias = {}, echo = false, logprobs } = asked;
  if (suffix !== '') return refusal('suffix', 'Gemini writes on from a text, and never into one');
  if (best !== undefined && best > n) return refusal('best_of', unranked);
  if (Object.keys(bias).length > 0) return refusal('logit_bias', 'Gemini has no counterpart, leave it out');
  return echo && logprobs !== undefined
    ? refusal('logprobs', "Gemini gives none for the prompt, so it does not go with 'echo'")
    : null;
};

const promptsOf = (prompt: unknown, n: number): E.Either<ProxyError, readonly TextInput[]> =>
  pipe(
    listInputs(prompt, 'prompt'),
    E.flatMap((prompts) => {
      const most = Math.floor(mostChoices / n);
      if (prompts.length > most) return wrongInput('prompt', `at most ${most} are completed at once with n = ${n}`);
      const empty = emptyInput(prompt, prompts, 'prompt');
      return empty === null ? E.right(prompts) : wrongInput(empty, 'an empty prompt has nothing to go on from');
    }),
  );

/** Compiled once: to prepare the bounds costs as much as all else that is done with a short request. */
const decodeFields = decodeWithin(completionBounds, fields);

/** Decodes the body of POST /v1/completions. */
export const decodeCompletionRequest = (body: unknown): E.Either<ProxyError, CompletionRequest> =>
  pipe(
    decodeFields(body),
    E.flatMap(({ prompt, ...rest }) => {
      const fault = faultOf({ prompt, ...rest });
      if (fault !== null) return E.left(fault);
      return pipe(promptsOf(prompt, rest.n ?? 1), E.map((prompts) => ({ ...rest, prompts })));
    }),
  );
