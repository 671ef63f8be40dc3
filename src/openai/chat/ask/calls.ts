import type { ChatMessage } from './request.ts';
import { customArguments } from './custom-tools.ts';

/** A tool call of the history in one form, whichever of OpenAI's three it came in. */
export type Call = {
  readonly id: string;
  readonly name: string;
  /** JSON as text; undefined or '' for none. */
  readonly arguments: string | undefined;
  /** What the call says as the client knows it: the arguments, or a custom tool's text. */
  readonly written: string;
  /** The thought signature that the call itself carries. */
  readonly signature: string | undefined;
};

/** The deprecated `function_call` of an assistant message has no id: this one stands for it. */
const legacyCallId = (index: number): string => `call_function_${index}`;

type ToolCall = NonNullable<ChatMessage['tool_calls']>[number];

const toCall = (call: ToolCall): Call => {
  const { id, function: called, custom, extra_content: extra, provider_specific_fields: fields } = call;
  const signature = extra?.google?.thought_signature ?? fields?.thought_signature;
  if (called !== undefined) return { id, name: called.name, arguments: called.arguments, written: called.arguments ?? '', signature };
  return { id, name: custom?.name ?? '', arguments: customArguments(custom?.input ?? ''), written: custom?.input ?? '', signature };
};

/** True when the message calls a function in the deprecated form; its signature is then the message's own. */
export const isLegacyCall = (message: ChatMessage): boolean =>
  message.role === 'assistant' && message.function_call !== undefined && (message.tool_calls ?? []).length === 0;

/** All calls of an assistant message, the deprecated form included. */
export const callsOf = (message: ChatMessage, index: number): readonly Call[] => {
  if (message.role !== 'assistant') return [];
  const legacy = message.function_call;
  if (legacy === undefined || !isLegacyCall(message)) return (message.tool_calls ?? []).map(toCall);
  const signature = message.extra_content?.google?.thought_signature;
  return [{ id: legacyCallId(index), name: legacy.name, arguments: legacy.arguments, written: legacy.arguments ?? '', signature }];
};
