import { isObject } from '../../../kernel/is-object.ts';
import { isSignature, serverToolPart } from '../../../gemini/conversation/signed-parts.ts';
import type { RequestPart } from '../../../gemini/request.ts';
import type { ChatMessage } from './chat-message.ts';

/** A signature, with the id of the call that it belongs to, if any. */
type Encrypted = { readonly id: unknown; readonly data: string };

const noDetails: readonly Encrypted[] = [];

/** OpenRouter's `reasoning.encrypted` details of a message. */
export const encryptedDetails = ({ reasoning_details: details }: ChatMessage): readonly Encrypted[] =>
  !Array.isArray(details)
    ? noDetails
    : details.flatMap((detail: unknown): readonly Encrypted[] =>
        isObject(detail) && detail['type'] === 'reasoning.encrypted' && isSignature(detail['data'])
          ? [{ id: detail['id'], data: detail['data'] }]
          : [],
      );

/** The signature of a message's text, as the client gives it back; a legacy call's stands in its place. */
export const textSignature = (message: ChatMessage, isLegacy: boolean): string | undefined => {
  const own = isLegacy ? undefined : message.extra_content?.google?.thought_signature;
  return isSignature(own) ? own : encryptedDetails(message).find(({ id }) => typeof id !== 'string')?.data;
};

/**
 * Calls that Google made itself and their results, as they were given out in `extra_content.google.server_tool_parts`.
 */
export const serverToolParts = (message: ChatMessage): readonly RequestPart[] | undefined => {
  const given = message.extra_content?.google?.server_tool_parts;
  if (!Array.isArray(given)) return undefined;
  return given.flatMap((part: unknown): readonly RequestPart[] => {
    const read = serverToolPart(part);
    if (read === undefined || !isObject(part)) return [];
    return [isSignature(part['thoughtSignature']) ? { ...read, thoughtSignature: part['thoughtSignature'] } : read];
  });
};
