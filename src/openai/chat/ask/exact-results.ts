import { rawElements, rawMember } from '../../../kernel/raw-json.ts';
import { withExactParts } from '../../../gemini/conversation/exact-parts.ts';
import { fateOf } from '../../../gemini/exact-json.ts';
import { holdsLong, longestBody } from '../../../gemini/schema/long-numbers.ts';
import type { Json } from '../../../gemini/request.ts';
import { isContentParts } from './parts.ts';
import type { ChatMessage } from './chat-message.ts';

const isJson = (value: unknown): value is Json => value !== undefined && value !== null && typeof value !== 'string';

const holdsJson = ({ role, content }: ChatMessage): boolean =>
  (role === 'tool' || role === 'function') && isJson(content) && !isContentParts(content);

/**
 * Results that a client gives as JSON instead of text, as they stand in the body where reading them has changed them:
 * what a tool gave back is somebody else's.
 */
export const withExactResults = (messages: readonly ChatMessage[], json: () => string): readonly ChatMessage[] => {
  if (!messages.some(holdsJson)) return messages;
  const raw = rawElements(rawMember(json(), 'messages'));
  return messages.map((message, index) => {
    const written = holdsJson(message) ? rawMember(raw[index], 'content') : undefined;
    if (written === undefined || !isJson(message.content) || fateOf(written, message.content).kind === 'same')
      return message;
    return { ...message, content: written };
  });
};

type Google = NonNullable<ChatMessage['extra_content']>['google'];

const toolPartsOf = ({ extra_content: extra }: ChatMessage): Google => {
  const google = extra?.google;
  return Array.isArray(google?.server_tool_parts) || Array.isArray(google?.signed_parts) ? google : undefined;
};

/**
 * What Google's own tools were asked and gave, as the client hands it back, with long numbers as they stand in the
 * body.
 */
export const withExactToolParts = (
  messages: readonly ChatMessage[],
  written: () => string,
): readonly ChatMessage[] => {
  if (!messages.some((message) => holdsLong(toolPartsOf(message)))) return messages;
  const json = written();
  if (json.length > longestBody) return messages;
  const raw = rawElements(rawMember(json, 'messages'));
  return messages.map((message, index) => {
    const google = toolPartsOf(message);
    if (google === undefined || !holdsLong(google)) return message;
    const text = rawMember(raw[index], 'extra_content') ?? '';
    const exact = {
      ...google,
      server_tool_parts: withExactParts(google.server_tool_parts, text),
      signed_parts: withExactParts(google.signed_parts, text),
    };
    return { ...message, extra_content: { ...message.extra_content, google: exact } };
  });
};
