import type { UnreadAt } from '../../../kernel/cut-texts.ts';
import { isObject } from '../../../kernel/is-object.ts';

const isOfUser = (body: unknown, index: string | number | undefined): boolean => {
  const messages = isObject(body) ? body['messages'] : undefined;
  const message: unknown = Array.isArray(messages) ? messages[Number(index)] : undefined;
  return isObject(message) && message['role'] === 'user';
};

const isData = (place: readonly (string | number)[]): boolean => place.join('.') === 'source.data';

/** Pictures and documents of the user may be left unread, and those in the results that a client sends. */
export const messageUnreadAt: UnreadAt = (body, [field, index, content, _block, ...place]) =>
  field === 'messages' &&
  content === 'content' &&
  (isData(place) || (place[0] === 'content' && isData(place.slice(2)))) &&
  isOfUser(body, index);
