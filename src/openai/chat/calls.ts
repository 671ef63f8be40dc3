import type { ChatMessage, ToolCall } from './request.ts';

/** The deprecated `function_call` of an assistant message has no id: this one stands for it. */
export const legacyCallId = (index: number): string => `call_function_${index}`;

/** All calls of an assistant message, the deprecated form included. */
export const callsOf = (message: ChatMessage, index: number): readonly ToolCall[] => {
  if (message.role !== 'assistant') return [];
  const legacy = message.function_call;
  const calls = message.tool_calls ?? [];
  return legacy === undefined || calls.length > 0
    ? calls
    : [{ id: legacyCallId(index), type: 'function', function: legacy, extra_content: undefined }];
};
