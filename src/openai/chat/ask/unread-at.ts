import type { Path, ShortTexts, UnreadAt } from '../../../kernel/cut-texts.ts';
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

/** Who says what is sent on as it is; results of tools are looked into for JSON. */
const speakers: ReadonlySet<unknown> = new Set(['user', 'assistant', 'system', 'developer']);

const isSpoken = (body: unknown, index: string | number | undefined): boolean => {
  const messages = isObject(body) ? body['messages'] : undefined;
  const message: unknown = Array.isArray(messages) ? messages[Number(index)] : undefined;
  return isObject(message) && speakers.has(message['role']);
};

const isContent = (path: Path): boolean => path.length === 3 || places.has(path.slice(4).join('.'));

/** What is said and sent may be left unread; all else in a request is short where it is meant well. */
export const unreadAt: UnreadAt = (body, path) =>
  path[0] === 'messages' && path[2] === 'content' && isContent(path) && isSpoken(body, path[1]);

/**
 * Texts of so many bytes are left unread as well: from some 100 on (40 where they are not of Latin-1) that takes less
 * than to decode, parse, write and encode them. It is 31 functions, called 100 times: a chat of a few words alone is
 * read as a whole (72.5 µs of the main thread, 79.7 with 24 here).
 */
export const shortTexts: ShortTexts = { least: 128, names: ['content', 'text'] };
