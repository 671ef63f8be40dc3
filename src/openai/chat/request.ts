import { t } from '../../kernel/fp.ts';
import { efforts } from '../../gemini/thinking.ts';
import { decodeWith, oneOf, optional, stringOr, within } from '../codec.ts';

const text = t.string;
const object = t.UnknownRecord;
const flag = t.boolean;

const extraContent = t.type({
  google: optional(t.type({ thought_signature: optional(text) })),
});

const toolCall = t.type({
  id: text,
  type: optional(text),
  function: t.type({ name: text, arguments: optional(text) }),
  extra_content: optional(extraContent),
});

const message = t.type({
  role: oneOf(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  /** Read by role: results of tools may be any JSON. */
  content: t.unknown,
  name: optional(text),
  refusal: optional(text),
  tool_calls: optional(t.readonlyArray(toolCall)),
  tool_call_id: optional(text),
  function_call: optional(t.type({ name: text, arguments: optional(text) })),
  audio: optional(t.type({ id: text })),
  images: optional(t.readonlyArray(t.type({ image_url: t.type({ url: text }) }))),
  extra_content: optional(extraContent),
});

const functionTool = t.type({
  name: text,
  description: optional(text),
  parameters: optional(object),
  strict: optional(flag),
});

const tool = t.type({ type: text, function: optional(functionTool) });

const namedFunction = t.type({ name: text });

const toolChoice = stringOr(
  t.type({
    type: optional(text),
    function: optional(namedFunction),
    allowed_tools: optional(
      t.type({
        mode: oneOf(['auto', 'required']),
        tools: t.readonlyArray(t.type({ type: text, function: optional(namedFunction) })),
      }),
    ),
  }),
);

const responseFormat = t.type({
  type: oneOf(['text', 'json_object', 'json_schema']),
  json_schema: optional(t.type({ name: optional(text), schema: optional(object), strict: optional(flag) })),
});

const googleThinking = t.type({
  thinking_budget: optional(within(-1, 1_000_000, 'whole')),
  thinkingBudget: optional(within(-1, 1_000_000, 'whole')),
  thinking_level: optional(text),
  thinkingLevel: optional(text),
  include_thoughts: optional(flag),
  includeThoughts: optional(flag),
});

const safetySettings = t.readonlyArray(t.type({ category: text, threshold: text }));

const google = t.type({
  thinking_config: optional(googleThinking),
  thinkingConfig: optional(googleThinking),
  cached_content: optional(text),
  cachedContent: optional(text),
  safety_settings: optional(safetySettings),
  safetySettings: optional(safetySettings),
});

/** OpenAI's chat request as far as it is read. Null is absent everywhere; what is not named here is ignored. */
const chatRequest = t.type({
  model: text,
  messages: t.readonlyArray(message),
  max_completion_tokens: optional(within(1, Infinity, 'whole')),
  max_tokens: optional(within(1, Infinity, 'whole')),
  temperature: optional(within(0, 2)),
  top_p: optional(within(0, 1)),
  top_k: optional(within(1, Infinity, 'whole')),
  n: optional(within(1, 8, 'whole')),
  stop: optional(stringOr(t.readonlyArray(text))),
  seed: optional(within(-(2 ** 63), 2 ** 63, 'whole')),
  presence_penalty: optional(within(-2, 2)),
  frequency_penalty: optional(within(-2, 2)),
  logprobs: optional(flag),
  top_logprobs: optional(within(0, 20, 'whole')),
  logit_bias: optional(object),
  response_format: optional(responseFormat),
  tools: optional(t.readonlyArray(tool)),
  tool_choice: optional(toolChoice),
  parallel_tool_calls: optional(flag),
  functions: optional(t.readonlyArray(functionTool)),
  function_call: optional(stringOr(namedFunction)),
  reasoning_effort: optional(oneOf(efforts)),
  stream: optional(flag),
  stream_options: optional(t.type({ include_usage: optional(flag) })),
  service_tier: optional(oneOf(['auto', 'default', 'flex', 'priority', 'fast', 'scale'])),
  modalities: optional(t.readonlyArray(oneOf(['text', 'audio', 'image']))),
  audio: optional(t.type({ voice: t.unknown, format: optional(text) })),
  web_search_options: optional(object),
  safety_settings: optional(safetySettings),
  google: optional(google),
  extra_body: optional(t.type({ google: optional(google) })),
});

export type ChatRequest = t.TypeOf<typeof chatRequest>;
export type ChatMessage = t.TypeOf<typeof message>;
export type ToolCall = t.TypeOf<typeof toolCall>;
export type FunctionTool = t.TypeOf<typeof functionTool>;
export type GoogleOptions = t.TypeOf<typeof google>;

/** Decodes the body of POST /v1/chat/completions. */
export const decodeChatRequest = decodeWith(chatRequest);
