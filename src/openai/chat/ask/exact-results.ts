import { rawElements, rawMember } from '../../../kernel/raw-json.ts';
import { fateOf } from '../../../gemini/exact-json.ts';
import type { Json } from '../../../gemini/request.ts';
import { isContentParts } from './parts.ts';
import type { ChatMessage, ChatFields } from './request.ts';

const isJson = (value: unknown): value is Json => value !== undefined && value !== null && typeof value !== 'string';

const holdsJson = ({ role, content }: ChatMessage): boolean =>
  (role === 'tool' || role === 'function') && isJson(content) && !isContentParts(content);

/**
 * Results that a client gives as JSON instead of text, as they stand in the body where reading them has changed them:
 * what a tool gave back is somebody else's.
 */
export const withExactResults = (asked: ChatFields, json: () => string): ChatFields => {
  if (!asked.messages.some(holdsJson)) return asked;
  const raw = rawElements(rawMember(json(), 'messages'));
  const messages = asked.messages.map((message, index) => {
    const written = holdsJson(message) ? rawMember(raw[index], 'content') : undefined;
    if (written === undefined || !isJson(message.content) || fateOf(written, message.content).kind === 'same')
      return message;
    return { ...message, content: written };
  });
  return { ...asked, messages };
};
