import { isObject } from './is-object.ts';
import { isUnread } from './unread-text.ts';

/** What is left of so many characters and values when those of this value are taken off; below zero where it holds more. */
const leftAfter = (value: unknown, room: number): number => {
  if (typeof value === 'string') return room - value.length;
  if (isUnread(value)) return room - value.size;
  let left = room - 1;
  if (Array.isArray(value)) {
    for (const one of value) {
      if (left < 0) return left;
      left = leftAfter(one, left);
    }
  } else if (isObject(value)) {
    for (const name in value) {
      if (left < 0) return left;
      left = leftAfter(value[name], left);
    }
  }
  return left;
};

/** Whether a value of JSON holds more than so many characters and values; no more than those are looked at. */
export const holdsMore = (value: unknown, most: number): boolean => leftAfter(value, most) < 0;
