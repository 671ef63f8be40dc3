import { isObject } from '../../../kernel/is-object.ts';
import type { MediaLink } from '../../../ports/dialect.ts';
import { isReadByGemini, isWebAddress } from '../../../gemini/inline-media.ts';
import { imageAddresses, isShown, type HistoryImages } from './history-images.ts';
import type { ChatMessage, ChatRequest } from './request.ts';

/** Content parts that hold an address, and the field in which they do. */
const holders: readonly (readonly [string, string])[] = [
  ['image_url', 'url'],
  ['video_url', 'url'],
  ['audio_url', 'url'],
  ['file', 'file_data'],
];

const linkIn = (part: unknown, path: string): readonly MediaLink[] => {
  if (!isObject(part)) return [];
  return holders.flatMap(([holder, field]) => {
    const held = part[holder];
    const [url, at] = isObject(held) ? [held[field], `${path}.${holder}.${field}`] : [held, `${path}.${holder}`];
    return typeof url === 'string' && isWebAddress(url) && !isReadByGemini(url) ? [{ url, path: at, isRequired: true }] : [];
  });
};

const linksOf = (message: ChatMessage, index: number): readonly MediaLink[] =>
  Array.isArray(message.content) ? message.content.flatMap((part, at) => linkIn(part, `messages.${index}.content.${at}`)) : [];

/**
 * What a chat request names by web address: media in content parts, which must be there, and pictures of earlier
 * answers that go back to the model, without which the conversation goes on.
 */
export const mediaLinks = ({ messages }: ChatRequest, historyImages: HistoryImages): readonly MediaLink[] => {
  const sent = isShown(messages, historyImages);
  return messages.flatMap((message, index) => {
    const shown = message.role === 'assistant' && sent(index) ? [...imageAddresses(message)] : [];
    const earlier = shown.filter(isWebAddress).map((url) => ({ url, path: `messages.${index}.content`, isRequired: false }));
    return [...linksOf(message, index), ...earlier];
  });
};
