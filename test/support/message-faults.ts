import type Anthropic from '@anthropic-ai/sdk';
import type { Block, Message } from './messages.ts';

type Json = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number' && Number.isInteger(value) && value >= 0;
const isNull: Check = (value) => value === null;
const or =
  (...checks: readonly Check[]): Check =>
  (value) =>
    checks.some((check) => check(value));
const is =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

/** All fields of a type, and no other: a field that the SDK's type has, and this has not, does not compile. */
type Fields<A> = { readonly [Name in keyof Required<A>]: Check };

const shape =
  <A>(fields: Fields<A>): Check =>
  (value) =>
    isObject(value) && Object.keys(value).every((name) => name in fields) && Object.entries<Check>(fields).every(([name, check]) => check(value[name]));

const caller = shape<Anthropic.DirectCaller>({ type: is('direct') });

const blocks: Readonly<Record<string, Check>> = {
  text: shape<Anthropic.TextBlock>({ type: is('text'), text: (value) => isText(value) && value !== '', citations: listOf(() => false) }),
  thinking: shape<Anthropic.ThinkingBlock>({ type: is('thinking'), thinking: isText, signature: isText }),
  tool_use: shape<Omit<Anthropic.ToolUseBlock, 'toolset_name'>>({ type: is('tool_use'), id: (value) => /^toolu_[\w-]{1,58}$/.test(String(value)), name: isText, input: isObject, caller }),
  server_tool_use: shape<Anthropic.ServerToolUseBlock>({ type: is('server_tool_use'), id: (value) => /^srvtoolu_[\w-]+$/.test(String(value)), name: is('web_search', 'code_execution'), input: isObject, caller }),
  web_search_tool_result: shape<Anthropic.WebSearchToolResultBlock>({
    type: is('web_search_tool_result'),
    tool_use_id: isText,
    caller,
    content: listOf(shape<Anthropic.WebSearchResultBlock>({ type: is('web_search_result'), url: isText, title: isText, encrypted_content: isText, page_age: isNull })),
  }),
  code_execution_tool_result: shape<Anthropic.Messages.CodeExecutionToolResultBlock>({
    type: is('code_execution_tool_result'),
    tool_use_id: isText,
    content: shape<Anthropic.Messages.CodeExecutionResultBlock>({ type: is('code_execution_result'), stdout: isText, stderr: isText, return_code: isNumber, content: listOf(() => false) }),
  }),
};

const usage = shape<Anthropic.Usage>({
  input_tokens: isNumber,
  cache_creation_input_tokens: is(0),
  cache_read_input_tokens: isNumber,
  output_tokens: isNumber,
  output_tokens_details: shape<Anthropic.Messages.OutputTokensDetails>({ thinking_tokens: isNumber }),
  server_tool_use: or(isNull, shape<Anthropic.Messages.ServerToolUsage>({ web_search_requests: isNumber, web_fetch_requests: isNumber })),
  cache_creation: isNull,
  service_tier: is('standard'),
  inference_geo: isNull,
  speed: isNull,
});

const message = shape<Anthropic.Message>({
  id: (value) => String(value).startsWith('msg_'),
  type: is('message'),
  role: is('assistant'),
  model: isText,
  content: Array.isArray,
  stop_reason: is('end_turn', 'tool_use', 'max_tokens', 'refusal'),
  stop_sequence: isNull,
  stop_details: or(isNull, shape<Anthropic.Messages.RefusalStopDetails>({ type: is('refusal'), category: isNull, explanation: isText })),
  container: isNull,
  diagnostics: isNull,
  usage,
});

const isGood = (block: Block): boolean => {
  const check = blocks[block.type];
  return check !== undefined && check(block);
};

/** What of a message is not as the SDK's types have it; none for a good one. */
export const messageFaults = (made: Message): readonly string[] => [
  ...(message(made) ? [] : [`the message: ${JSON.stringify({ ...made, content: [] })}`]),
  ...made.content.flatMap((block) => (isGood(block) ? [] : [JSON.stringify(block).slice(0, 500)])),
];
