import { at, type Json } from '../responses.ts';
import type { Finish } from './door.ts';

/** A text at a path; empty where there is none. */
export const textAt = (value: unknown, path: string): string => {
  const found = at(value, path);
  return typeof found === 'string' ? found : '';
};

/** A count at a path; 0 where there is none. */
export const countAt = (value: unknown, path: string): number => {
  const found = at(value, path);
  return typeof found === 'number' ? found : 0;
};

/** The objects in a list at a path; none where there is none. */
export const listIn = (value: unknown, path: string): readonly Json[] => {
  const found = at(value, path);
  return Array.isArray(found) ? (found as readonly Json[]) : [];
};

/** What a dialect's word for an end means; a word that it does not have is thrown. */
export const finishOf = (finishes: Readonly<Record<string, Finish>>, word: string): Finish => {
  const finish = finishes[word];
  if (finish === undefined) throw new Error(`ends with ${word}`);
  return finish;
};
