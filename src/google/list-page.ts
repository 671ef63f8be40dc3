import { isObject } from '../kernel/is-object.ts';
import type { ListPage } from '../ports/passing-on.ts';

const tokenField = /("nextPageToken"|"next_page_token")\s*:\s*"((?:[^"\\]|\\.)*)"/;

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/** Reads a page of a list: whether any thing is on it, and Google's token for the next one. */
export const readPage = (text: string): ListPage => {
  const value = parse(text);
  if (!isObject(value)) return { isEmpty: true, token: null };
  const token = value['nextPageToken'] ?? value['next_page_token'];
  return {
    isEmpty: !Object.values(value).some((field) => Array.isArray(field) && field.length > 0),
    token: typeof token === 'string' && token !== '' ? token : null,
  };
};

/**
 * The page with another token for the next one; all else stays as it was written. An unescaped quote ends a string, so
 * what looks like the field is the field.
 */
export const pageWithToken = (text: string, token: string): string => {
  const written = JSON.stringify(token);
  if (tokenField.test(text)) return text.replace(tokenField, (_, field: string) => `${field}: ${written}`);
  const end = text.lastIndexOf('}');
  const before = text.slice(0, end).trimEnd();
  return `${before}${before.endsWith('{') ? '' : ','}\n  "nextPageToken": ${written}\n${text.slice(end)}`;
};
