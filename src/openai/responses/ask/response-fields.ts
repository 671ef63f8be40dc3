import { t } from '../../../kernel/fp.ts';
import { isObject } from '../../../kernel/is-object.ts';
import { listOf, oneOf, optional, readOnce, record, stringOr, within } from '../../../wire/codec.ts';
import type { ReadingCodec } from '../../../wire/reader.ts';
import { schemaOr } from '../../../wire/schema-codec.ts';
import { effortWish } from '../../effort-wish.ts';

const text = t.string;
const flag = t.boolean;
const object = t.UnknownRecord;

/** How much thought is told; `none` is what some programs send for no summary. */
const summary = optional(oneOf(['auto', 'concise', 'detailed', 'none']));

/** How hard to think, and whether that is told. */
export const reasoningField = record({ effort: effortWish, summary, generate_summary: summary });

const format = record({
  type: oneOf(['text', 'json_object', 'json_schema']),
  name: optional(text),
  description: optional(text),
  schema: schemaOr(undefined),
  strict: optional(flag),
});

/** The form of the answer's text. */
export const textField = record({ format: optional(format), verbosity: optional(oneOf(['low', 'medium', 'high'])) });

const [mostPairs, longestKey, longestValue] = [16, 64, 512];

const isMetadata = (value: unknown): value is Readonly<Record<string, string>> => {
  if (!isObject(value)) return false;
  const pairs = Object.entries(value);
  return (
    pairs.length <= mostPairs &&
    pairs.every(
      ([key, one]) => key.length <= longestKey && typeof one === 'string' && one.length <= longestValue,
    )
  );
};

const metadata = new t.Type<Readonly<Record<string, string>>, unknown>(
  `an object of at most ${mostPairs} texts, keys of ${longestKey} and values of ${longestValue} characters at most`,
  isMetadata,
  (value, context) => (isMetadata(value) ? t.success(value) : t.failure(value, context)),
  t.identity,
);

const tool = record({ type: text });

/** The items of a request, or a text that stands for one message of the user's. */
const input = stringOr(listOf(object));

const fields = record({
  model: optional(text),
  input: optional(input),
  instructions: optional(text),
  max_output_tokens: optional(within(1, Infinity, 'whole')),
  max_tool_calls: optional(within(1, Infinity, 'whole')),
  temperature: optional(within(0, 2)),
  top_p: optional(within(0, 1)),
  top_logprobs: optional(within(0, 20, 'whole')),
  text: optional(textField),
  reasoning: optional(reasoningField),
  tools: optional(readOnce(listOf(tool))),
  tool_choice: optional(stringOr(object)),
  parallel_tool_calls: optional(flag),
  store: optional(flag),
  stream: optional(flag),
  stream_options: optional(object),
  previous_response_id: optional(text),
  include: optional(listOf(text)),
  truncation: optional(oneOf(['auto', 'disabled'])),
  metadata: optional(metadata),
  service_tier: optional(oneOf(['auto', 'default', 'flex', 'priority', 'fast', 'ultrafast', 'scale'])),
  prompt_cache_key: optional(text),
  prompt_cache_retention: optional(text),
  safety_identifier: optional(text),
  user: optional(text),
  background: optional(flag),
  conversation: optional(t.unknown),
  prompt: optional(t.unknown),
});

type Decoded = t.TypeOf<typeof fields>;

/** The fields of a request, decoded: what is not there was not sent. */
export type ResponseFields = { readonly [Name in Exclude<keyof Decoded, 'model'>]?: Decoded[Name] } & {
  readonly model: string;
};

/** The fields as they are read; `model` and what goes with what is looked at after. */
export const responseFields: ReadingCodec<t.TypeOf<typeof fields>> = fields;
