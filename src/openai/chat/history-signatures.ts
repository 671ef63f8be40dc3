import { isObject } from '../../kernel/is-object.ts';
import type { JsonObject, RequestPart } from '../../gemini/request.ts';
import type { Signature } from '../../ports/capabilities.ts';
import { isLegacyCall, type Call } from './calls.ts';
import type { ChatMessage } from './request.ts';

/** A signature is base64, in either alphabet, or one of Google's stand-in words: what a client broke is none. */
const isSignature = (text: unknown): text is string => typeof text === 'string' && /^[\w+/=-]+$/.test(text);

/** OpenRouter's `reasoning.encrypted` details: signatures, with the id of the call that they belong to, if any. */
const encrypted = (message: ChatMessage): readonly { readonly id: unknown; readonly data: string }[] =>
  (Array.isArray(message.reasoning_details) ? message.reasoning_details : []).flatMap((detail: unknown) =>
    isObject(detail) && detail['type'] === 'reasoning.encrypted' && isSignature(detail['data']) ? [{ id: detail['id'], data: detail['data'] }] : [],
  );

/**
 * The thought signatures of a message's calls: as the client gives them back (Google's, LiteLLM's, OpenRouter's form),
 * or as remembered.
 */
export const callSignatures = (message: ChatMessage, recalled: ReadonlyMap<string, Signature>): ((call: Call) => string | undefined) => {
  const detailed = new Map(encrypted(message).toReversed().map(({ id, data }) => [id, data]));
  return (call) => [call.signature, detailed.get(call.id), recalled.get(call.id)?.value].find(isSignature);
};

/** The signature of a message's text. */
export const textSignature = (message: ChatMessage): string | undefined => {
  const own = isLegacyCall(message) ? undefined : message.extra_content?.google?.thought_signature;
  return [own, encrypted(message).find(({ id }) => typeof id !== 'string')?.data].find(isSignature);
};

/** Kinds of tools that Google runs itself (discovery document). */
const serverTools: readonly unknown[] = ['GOOGLE_SEARCH_WEB', 'GOOGLE_SEARCH_IMAGE', 'URL_CONTEXT', 'GOOGLE_MAPS', 'FILE_SEARCH', 'MEDIA_PROCESSING'];

const isJson = (value: Readonly<Record<string, unknown>>): value is JsonObject => value !== null;

const toolData = (value: unknown, content: 'args' | 'response'): JsonObject | undefined => {
  if (!isObject(value) || !serverTools.includes(value['toolType'])) return undefined;
  const { id, toolType } = value;
  const held = value[content];
  const read = { toolType, ...(typeof id === 'string' ? { id } : {}), ...(isObject(held) ? { [content]: held } : {}) };
  return isJson(read) ? read : undefined;
};

/** Calls that Google made itself and their results, as they were given out in `extra_content.google.server_tool_parts`. */
export const serverToolParts = (message: ChatMessage): readonly RequestPart[] => {
  const given = message.extra_content?.google?.server_tool_parts;
  return (Array.isArray(given) ? given : []).flatMap((part: unknown): readonly RequestPart[] => {
    if (!isObject(part)) return [];
    const signature = isSignature(part['thoughtSignature']) ? { thoughtSignature: part['thoughtSignature'] } : {};
    const toolCall = toolData(part['toolCall'], 'args');
    if (toolCall !== undefined) return [{ toolCall, ...signature }];
    const toolResponse = toolData(part['toolResponse'], 'response');
    return toolResponse === undefined ? [] : [{ toolResponse, ...signature }];
  });
};
