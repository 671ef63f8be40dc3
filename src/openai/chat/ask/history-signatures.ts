import { isObject } from '../../../kernel/is-object.ts';
import type { RequestPart } from '../../../gemini/request.ts';
import type { Signature } from '../../../ports/capabilities.ts';
import { answerKey, emptyPrint, questionBefore, textOf, withCall, withWords } from './answer-key.ts';
import { callsOf, isLegacyCall, type Call } from './calls.ts';
import type { ChatMessage } from './request.ts';
import { isSignature, readSignedAnswer, readSignedParts, serverToolPart, type SignedAnswer } from '../../../gemini/conversation/signed-parts.ts';

/** OpenRouter's `reasoning.encrypted` details: signatures, with the id of the call that they belong to, if any. */
const encrypted = (message: ChatMessage): readonly { readonly id: unknown; readonly data: string }[] =>
  (Array.isArray(message.reasoning_details) ? message.reasoning_details : []).flatMap((detail: unknown) =>
    isObject(detail) && detail['type'] === 'reasoning.encrypted' && isSignature(detail['data']) ? [{ id: detail['id'], data: detail['data'] }] : [],
  );

/** What was remembered of an assistant message's signatures, as far as it is known again. */
export type Remembered = { readonly byCall: ReadonlyMap<string, Signature>; readonly answer: SignedAnswer | undefined };

const keyOf = (messages: readonly ChatMessage[], index: number, model: string): string | undefined => {
  const message = messages[index];
  const text = message?.role === 'assistant' ? textOf(message.content) : undefined;
  if (message === undefined || text === undefined) return undefined;
  const calls = callsOf(message, index);
  if (text === '' && calls.length === 0) return undefined;
  const called = calls.reduce((sum, call) => withCall(sum, call.name, call.written), emptyPrint.called);
  return answerKey(questionBefore(messages, index, model), { ...withWords(emptyPrint, text), called });
};

/** What the signatures of a conversation may be remembered by, the newest last. */
export const signatureKeys = (messages: readonly ChatMessage[], model: string): readonly string[] =>
  messages.flatMap((message, index) => {
    if (message.role !== 'assistant') return [];
    const key = keyOf(messages, index, model);
    return [...callsOf(message, index).map((call) => call.id), ...(key === undefined ? [] : [key])];
  });

/**
 * Looks up what is remembered of the assistant message at an index. Signatures that Gemini can do without go back as
 * long as the key made them that is asked first, the one of the newest: those of another key may be refused.
 */
export const rememberedOf = (messages: readonly ChatMessage[], model: string, recalled: ReadonlyMap<string, Signature>): ((index: number) => Remembered) => {
  const asked = [...recalled.values()].at(-1)?.keyId;
  return (index) => {
    const known = recalled.size === 0 ? undefined : recalled.get(keyOf(messages, index, model) ?? '');
    return { byCall: recalled, answer: known?.keyId === asked ? readSignedAnswer(known?.value ?? '') : undefined };
  };
};

/**
 * The thought signatures of a message's calls: as the client gives them back (Google's, LiteLLM's, OpenRouter's form),
 * or as remembered, by their ids or by the whole answer.
 */
export const callSignatures = (message: ChatMessage, { byCall, answer }: Remembered): ((call: Call, position: number) => string | undefined) => {
  const detailed = new Map(encrypted(message).toReversed().map(({ id, data }) => [id, data]));
  return (call, position) => [call.signature, detailed.get(call.id), byCall.get(call.id)?.value, answer?.calls[position]].find(isSignature);
};

/** The signature of a message's text. */
export const textSignature = (message: ChatMessage, { answer }: Remembered): string | undefined => {
  const own = isLegacyCall(message) ? undefined : message.extra_content?.google?.thought_signature;
  const known = answer?.parts.findLast(({ part }) => part === undefined)?.thought_signature;
  return [own, encrypted(message).find(({ id }) => typeof id !== 'string')?.data, known].find(isSignature);
};

/** Where a message's signatures belong: as the client gives it back, or as remembered. */
export const signedParts = (message: ChatMessage, { answer }: Remembered): Pick<SignedAnswer, 'lead' | 'parts'> | undefined => {
  const given = readSignedParts(message.extra_content?.google?.signed_parts);
  if (given !== undefined) return { lead: answer?.lead ?? 0, parts: given };
  return answer === undefined || answer.parts.length === 0 ? undefined : answer;
};

/** Calls that Google made itself and their results, as they were given out in `extra_content.google.server_tool_parts`. */
export const serverToolParts = (message: ChatMessage): readonly RequestPart[] => {
  const given = message.extra_content?.google?.server_tool_parts;
  return (Array.isArray(given) ? given : []).flatMap((part: unknown): readonly RequestPart[] => {
    const read = serverToolPart(part);
    if (read === undefined || !isObject(part)) return [];
    return [isSignature(part['thoughtSignature']) ? { ...read, thoughtSignature: part['thoughtSignature'] } : read];
  });
};
