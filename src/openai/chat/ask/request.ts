import { E, t } from '../../../kernel/fp.ts';
import type { ProxyError } from '../../../kernel/proxy-error.ts';
import { runAtOnce, type Steps } from '../../../kernel/steps.ts';
import { blockThresholds, harmCategories } from '../../../gemini/safety.ts';
import { effortWish } from '../../effort-wish.ts';
import { chatBounds } from '../../field-bounds.ts';
import {
  decodeWithin,
  lenient,
  listOf,
  oneOf,
  optional,
  readOnce,
  record,
  stringOr,
  unlessEmpty,
  within,
} from '../../../wire/codec.ts';
import { misfit, withReader } from '../../../wire/reader.ts';
import { schemaOr } from '../../../wire/schema-codec.ts';
import type { Turn } from '../../../gemini/conversation/turns.ts';
import { withExactResults, withExactToolParts } from './exact-results.ts';
import { withExactSchemas } from './exact-schemas.ts';
import { googleProps, neighbourProps } from './neighbour-codecs.ts';
import { refuseNeighbours } from './neighbour-fields.ts';
import { withGoogleConfig } from './google-config.ts';
import { withToolForms } from './tool-forms.ts';
import { withNeighbourForms } from './neighbour-forms.ts';
import { readTurns } from './read-turns.ts';

const text = t.string;
const object = t.UnknownRecord;
const flag = t.boolean;

const extraContent = record({
  google: optional(
    record({ thought_signature: optional(text), server_tool_parts: t.unknown, signed_parts: t.unknown }),
  ),
});

const call = record({
  id: text,
  type: optional(text),
  function: optional(record({ name: text, arguments: optional(text) })),
  custom: optional(record({ name: text, input: optional(text) })),
  extra_content: optional(extraContent),
  /** LiteLLM's place for the thought signature. */
  provider_specific_fields: lenient(record({ thought_signature: optional(text) })),
});

type ToolCall = t.TypeOf<typeof call>;

const namesNothing = (read: ToolCall): boolean => read.function === undefined && read.custom === undefined;

/** A call names a function, or a custom tool. */
const toolCall = withReader(
  new t.Type<ToolCall, unknown>(
    'a tool call',
    call.is,
    (value, context) => {
      const read = call.validate(value, context);
      return E.isRight(read) && namesNothing(read.right)
        ? t.failure(undefined, t.appendContext(context, 'function', t.UnknownRecord))
        : read;
    },
    t.identity,
  ),
  (value) => {
    const read = call.read(value);
    return read === misfit || namesNothing(read) ? misfit : read;
  },
);

const message = record({
  role: oneOf(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  /** Read by role: results of tools may be any JSON. */
  content: t.unknown,
  name: optional(text),
  refusal: optional(text),
  tool_calls: optional(listOf(toolCall)),
  tool_call_id: optional(text),
  function_call: optional(record({ name: text, arguments: optional(text) })),
  audio: optional(record({ id: text })),
  images: optional(listOf(record({ image_url: record({ url: text }) }))),
  extra_content: optional(extraContent),
  /** OpenRouter's form of thoughts and their signatures. */
  reasoning_details: t.unknown,
});

const functionTool = record({
  name: text,
  description: optional(text),
  parameters: schemaOr({ type: 'object', additionalProperties: true }),
  strict: optional(flag),
});

const grammar = record({ syntax: optional(text), definition: text });

const customTool = record({
  name: text,
  description: optional(text),
  format: optional(record({ type: optional(text), grammar: optional(grammar) })),
});

/** A function, a custom tool, or one of Google's own by any of the names that clients use for it. */
const tool = record({
  type: optional(text),
  function: optional(functionTool),
  custom: optional(customTool),
  googleSearch: t.unknown,
  google_search: t.unknown,
  urlContext: t.unknown,
  url_context: t.unknown,
  codeExecution: t.unknown,
  code_execution: t.unknown,
  googleMaps: t.unknown,
  google_maps: t.unknown,
});

const named = record({ name: text });

const toolChoice = stringOr(
  record({
    type: optional(text),
    function: optional(named),
    custom: optional(named),
    allowed_tools: optional(
      record({
        mode: oneOf(['auto', 'required']),
        tools: listOf(record({ type: optional(text), function: optional(named), custom: optional(named) })),
      }),
    ),
  }),
);

const responseFormat = record({
  type: oneOf(['text', 'json_object', 'json_schema']),
  json_schema: optional(record({ name: optional(text), schema: schemaOr(undefined), strict: optional(flag) })),
  /** Together's, Fireworks' and llama.cpp's place for the schema. */
  schema: t.unknown,
  /** LiteLLM's. */
  response_schema: t.unknown,
});

const safetySettings = listOf(record({ category: oneOf(harmCategories), threshold: oneOf(blockThresholds) }));

const google = record({
  ...googleProps,
  safety_settings: unlessEmpty(safetySettings),
  safetySettings: unlessEmpty(safetySettings),
});

/** OpenAI's chat request as far as it is read. Null is absent everywhere; what is not named here is ignored. */
const chatRequest = record({
  ...neighbourProps,
  model: text,
  messages: listOf(message),
  max_completion_tokens: optional(within(1, Infinity, 'whole')),
  max_tokens: optional(within(1, Infinity, 'whole')),
  temperature: optional(within(0, 2)),
  top_p: optional(within(0, 1)),
  n: optional(within(1, 8, 'whole')),
  stop: optional(stringOr(listOf(text))),
  seed: optional(within(-(2 ** 63), 2 ** 63, 'whole')),
  presence_penalty: optional(within(-2, 2)),
  frequency_penalty: optional(within(-2, 2)),
  logprobs: optional(flag),
  top_logprobs: optional(within(0, 20, 'whole')),
  logit_bias: optional(object),
  response_format: optional(responseFormat),
  /** The same with each turn of an agent. */
  tools: optional(readOnce(listOf(tool))),
  tool_choice: optional(toolChoice),
  parallel_tool_calls: optional(flag),
  functions: optional(listOf(functionTool)),
  function_call: optional(stringOr(named)),
  reasoning_effort: effortWish,
  stream: optional(flag),
  stream_options: optional(record({ include_usage: optional(flag) })),
  service_tier: optional(oneOf(['auto', 'default', 'flex', 'priority', 'fast', 'scale'])),
  modalities: optional(listOf(oneOf(['text', 'audio', 'image']))),
  audio: optional(record({ voice: t.unknown, format: optional(text) })),
  web_search_options: optional(object),
  safety_settings: unlessEmpty(safetySettings),
  google: unlessEmpty(google),
  extra_body: unlessEmpty(record({ google: unlessEmpty(google) })),
});

/** The fields of a chat request, decoded. */
export type ChatFields = t.TypeOf<typeof chatRequest>;

/** All that a chat request says beside its messages. */
export type ChatTerms = Omit<ChatFields, 'messages'>;

/** A chat request, read: its messages are the turns of a conversation. */
export type ChatRequest = { readonly terms: ChatTerms; readonly turns: readonly Turn[] };

/** A message of any role. */
export type ChatMessage = t.TypeOf<typeof message>;

/** One entry of `tools`. */
export type ToolOffer = t.TypeOf<typeof tool>;

/** A function, from `tools` or the deprecated `functions`. */
export type FunctionTool = t.TypeOf<typeof functionTool>;

/** Google's own options, in either casing. */
export type GoogleOptions = t.TypeOf<typeof google>;

/**
 * What is read of the messages takes their place. Without a prototype all terms have one hidden class, whichever of
 * 80 fields they have: else the first stream of a process throws away the compiled code of 18 functions.
 */
function* withTurns({ messages, ...fields }: ChatFields): Steps<E.Either<ProxyError, ChatRequest>> {
  const turns = yield* readTurns(messages);
  return E.isLeft(turns) ? turns : E.right({ terms: { __proto__: null, ...fields }, turns: turns.right });
}

const decodeFields = decodeWithin(chatBounds, chatRequest);

/**
 * Reads the body of POST /v1/chat/completions, what neighbours call otherwise put into OpenAI's words; `written` gives
 * how it was written. A long conversation takes several steps.
 */
export function* chatRequestInSteps(
  body: unknown,
  written: () => string,
): Steps<E.Either<ProxyError, ChatRequest>> {
  const decoded = decodeFields(withToolForms(withGoogleConfig(body)));
  if (E.isLeft(decoded)) return decoded;
  const refused = refuseNeighbours(body);
  if (E.isLeft(refused)) return refused;
  const asked = withNeighbourForms(decoded.right);
  if (E.isLeft(asked)) return asked;
  const exact = withExactSchemas(withExactToolParts(withExactResults(asked.right, written), written), written);
  return yield* withTurns(exact);
}

/** The same in one go. */
export const decodeChatRequest = (
  body: unknown,
  written: () => string = () => '',
): E.Either<ProxyError, ChatRequest> => runAtOnce(chatRequestInSteps(body, written));
