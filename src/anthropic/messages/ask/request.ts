import { E, t } from '../../../kernel/fp.ts';
import type { ProxyError } from '../../../kernel/proxy-error.ts';
import { runAtOnce, type Steps } from '../../../kernel/steps.ts';
import type { Turn } from '../../../gemini/conversation/turns.ts';
import { decodeWithin, lenient, listOf, oneOf, optional, readOnce, record, within } from '../../../wire/codec.ts';
import { schemaOr } from '../../../wire/schema-codec.ts';
import { messageBounds } from '../../field-limits.ts';
import { withExactInputs } from './exact-inputs.ts';
import { readMessages, type ToolChanges } from './message-turns.ts';
import { refuseFields } from './refused-fields.ts';

const object = t.UnknownRecord;

/** Anthropic's words; `none` and `minimal` are OpenAI's, which clients for many services send. */
const effort = oneOf(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']);

const format = record({ type: oneOf(['json_schema']), schema: schemaOr(undefined) });

const thinking = record({
  type: oneOf(['enabled', 'disabled', 'adaptive', 'between_tools']),
  budget_tokens: optional(within(0, Infinity, 'whole')),
  display: optional(t.string),
});

const choice = record({
  type: oneOf(['auto', 'any', 'tool', 'none']),
  name: optional(t.string),
  disable_parallel_tool_use: optional(t.boolean),
});

/** Everything but `messages` and `tools`, which are read item by item. What is not named here is ignored. */
const fields = {
  model: t.string,
  messages: listOf(object),
  system: t.unknown,
  stop_sequences: optional(listOf(t.string)),
  temperature: optional(within(0, 2)),
  top_p: optional(within(0, 1)),
  top_k: optional(within(0, Infinity, 'whole')),
  stream: optional(t.boolean),
  thinking: optional(thinking),
  output_config: optional(record({ effort: optional(effort), format: optional(format) })),
  output_format: optional(format),
  tools: optional(readOnce(listOf(object))),
  tool_choice: optional(choice),
  container: t.unknown,
  thread: t.unknown,
  mcp_servers: lenient(t.array(t.unknown)),
};

const message = record({ ...fields, max_tokens: within(0, Infinity, 'whole') });
const counted = record({ ...fields, max_tokens: t.unknown });

type Fields = t.TypeOf<typeof message>;

/** What is asked of an endpoint that reads messages: its fields, and the conversation that they hold. */
export type MessagesRequest = Omit<Fields, 'messages' | 'system' | 'max_tokens'> & {
  /** Null where only tokens are counted. */
  readonly max_tokens: number | null;
  readonly turns: readonly Turn[];
  readonly changes: ToolChanges;
  /** Blocks that were left out. */
  readonly dropped: number;
};

/** Fields whose messages are yet to be read. */
export type MessageFields = Omit<Fields, 'max_tokens'>;

function* readFields(
  read: MessageFields,
  written: () => string,
  max_tokens: number | null,
): Steps<E.Either<ProxyError, MessagesRequest>> {
  const refused = refuseFields(read);
  if (refused !== null) return E.left(refused);
  const exact = withExactInputs(read, written);
  const messages = yield* readMessages(exact);
  if (E.isLeft(messages)) return messages;
  const { turns, changes, dropped } = messages.right;
  return E.right({ ...exact, max_tokens, turns, changes, dropped });
}

/** Compiled once: to prepare the bounds costs as much as all else that is done with a short request. */
const decodeFields = decodeWithin(messageBounds, message);
const decodeCounted = decodeWithin(messageBounds, counted);

/** Reads the body of POST /v1/messages; `written` gives how it was written. */
export function* messagesRequestInSteps(
  body: unknown,
  written: () => string,
): Steps<E.Either<ProxyError, MessagesRequest>> {
  const read = decodeFields(body);
  return E.isLeft(read) ? read : yield* readFields(read.right, written, read.right.max_tokens);
}

/** Reads the body of POST /v1/messages/count_tokens: the same without a length. */
export function* countRequestInSteps(
  body: unknown,
  written: () => string,
): Steps<E.Either<ProxyError, MessagesRequest>> {
  const read = decodeCounted(body);
  return E.isLeft(read) ? read : yield* readFields(read.right, written, null);
}

/** The same in one go. */
export const decodeCountRequest = (
  body: unknown,
  written: () => string = () => '',
): E.Either<ProxyError, MessagesRequest> => runAtOnce(countRequestInSteps(body, written));
