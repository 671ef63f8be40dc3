import { E, t } from '../../../kernel/fp.ts';
import { lenient, listOf, oneOf, optional, record } from '../../../wire/codec.ts';
import { misfit, withReader } from '../../../wire/reader.ts';

const text = t.string;

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

/** A message of any role. */
export const chatMessage = record({
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

/** A message of any role, read. */
export type ChatMessage = t.TypeOf<typeof chatMessage>;
