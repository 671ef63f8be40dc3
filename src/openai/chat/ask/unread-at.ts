import type { UnreadAt } from '../../../kernel/cut-texts.ts';
import { isObject } from '../../../kernel/is-object.ts';

/** Where in a part of a message long texts stand. */
const places: ReadonlySet<string> = new Set([
  'text',
  'image_url.url',
  'video_url.url',
  'audio_url.url',
  'input_audio.data',
  'file.file_data',
]);

const isOfUser = (body: unknown, index: string | number | undefined): boolean => {
  const messages = isObject(body) ? body['messages'] : undefined;
  const message: unknown = Array.isArray(messages) ? messages[Number(index)] : undefined;
  return isObject(message) && message['role'] === 'user';
};

/**
 * What the user says and sends may be left unread. Other messages are looked into: answers for pictures, results for
 * JSON, and all else in a request is short where it is meant well.
 */
export const unreadAt: UnreadAt = (body, [field, index, content, part, ...place]) =>
  field === 'messages' &&
  content === 'content' &&
  (part === undefined || places.has(place.join('.'))) &&
  isOfUser(body, index);
