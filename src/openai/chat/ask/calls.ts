import { isSignature } from '../../../gemini/conversation/signed-parts.ts';
import type { Call } from '../../../gemini/conversation/turns.ts';
import { freeTextArguments } from '../../../gemini/tools/free-text-tools.ts';
import { encryptedDetails } from './history-signatures.ts';
import type { ChatMessage } from './chat-message.ts';

/** The deprecated `function_call` of an assistant message has no id: this one stands for it. */
const legacyCallId = (index: number): string => `call_function_${index}`;

type ToolCall = NonNullable<ChatMessage['tool_calls']>[number];

/**
 * The thought signature that a call carries itself (Google's, LiteLLM's form), or a detail of its message
 * (OpenRouter's).
 */
const signatureOf = (
  { id, extra_content: extra, provider_specific_fields: fields }: ToolCall,
  detailed: ReadonlyMap<unknown, string> | null,
): string | undefined => {
  const own = extra?.google?.thought_signature ?? fields?.thought_signature;
  return isSignature(own) ? own : detailed?.get(id);
};

const toCall = (call: ToolCall, path: string, signature: string | undefined): Call => {
  const { id, function: called, custom } = call;
  if (called !== undefined) return { id, name: called.name, arguments: called.arguments, path, signature };
  const written = custom?.input ?? '';
  return { id, name: custom?.name ?? '', arguments: freeTextArguments(written), written, path, signature };
};

/** True when the message calls a function in the deprecated form; its signature is then the message's own. */
export const isLegacyCall = (message: ChatMessage): boolean =>
  message.role === 'assistant' && message.function_call !== undefined && (message.tool_calls ?? []).length === 0;

const none: readonly never[] = [];

/** All calls of an assistant message, whichever of OpenAI's three forms they came in. */
export const callsOf = (message: ChatMessage, index: number): readonly Call[] => {
  const path = (position: number): string => `messages.${index}.tool_calls.${position}.function.arguments`;
  const legacy = message.function_call;
  const calls = message.tool_calls ?? none;
  if (calls.length === 0 && legacy === undefined) return none;
  const detailed = encryptedDetails(message);
  const byId = detailed.length === 0 ? null : new Map(detailed.toReversed().map(({ id, data }) => [id, data]));
  if (legacy === undefined || calls.length > 0)
    return calls.map((call, position) => toCall(call, path(position), signatureOf(call, byId)));
  const id = legacyCallId(index);
  const own = message.extra_content?.google?.thought_signature;
  return [
    {
      id,
      name: legacy.name,
      arguments: legacy.arguments,
      path: path(0),
      signature: isSignature(own) ? own : byId?.get(id),
    },
  ];
};
