import type { UnreadAt } from '../../../kernel/cut-texts.ts';
import { isObject } from '../../../kernel/is-object.ts';

/** Where in a part of a message long texts stand. */
const places: ReadonlySet<string> = new Set(['text', 'image_url', 'file_data', 'input_audio.data']);

const isOfUser = (input: unknown, index: string | number | undefined): boolean => {
  const item: unknown = Array.isArray(input) ? input[Number(index)] : undefined;
  return isObject(item) && item['role'] === 'user' && (item['type'] ?? 'message') === 'message';
};

/** What the user says and sends may be left unread where the response is not kept: what is kept is looked into. */
export const itemUnreadAt: UnreadAt = (body, [field, index, content, part, ...place]) =>
  field === 'input' &&
  content === 'content' &&
  (part === undefined || places.has(place.join('.'))) &&
  isObject(body) &&
  body['store'] === false &&
  isOfUser(body['input'], index);
