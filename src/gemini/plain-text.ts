import { isObject } from '../kernel/is-object.ts';
import type { Candidate, Frame } from './response.ts';

/** True where an object has no other names. */
const holdsOnly = (value: object, one: string, other: string): boolean => {
  for (const name in value) if (name !== one && name !== other) return false;
  return true;
};

/**
 * The text of a frame that says one text of the first candidate and, its usage aside, nothing else; null for any other.
 * Nearly all frames are such, and what looks for calls, media, blocks and ends need not look into them: without this
 * each of the dozen looks cost 0.1 µs a frame once it was compiled, and five times that before.
 */
export const plainTextOf = ({ candidates, promptFeedback, lost }: Frame): string | null => {
  if (candidates?.length !== 1 || promptFeedback !== undefined || lost !== undefined) return null;
  const [candidate] = candidates;
  if (candidate === undefined || !holdsOnly(candidate, 'content', 'index') || (candidate.index ?? 0) !== 0) return null;
  const parts = candidate.content?.parts;
  if (parts?.length !== 1) return null;
  const [part] = parts;
  if (part?.text === undefined || part.text === '' || !holdsOnly(part, 'text', 'text')) return null;
  return part.text;
};

/** The candidate of such a frame in a value that was just parsed: nothing of it is left out or changed. */
export const plainCandidate = (value: unknown): Candidate | null => {
  if (!isObject(value) || !holdsOnly(value, 'content', 'index')) return null;
  const { content, index } = value;
  if (!isObject(content) || !Array.isArray(content['parts'])) return null;
  const parts: readonly unknown[] = content['parts'];
  const [part] = parts;
  if (parts.length !== 1 || !isObject(part) || typeof part['text'] !== 'string') return null;
  if (!holdsOnly(part, 'text', 'text')) return null;
  const said = { parts: [{ text: part['text'] }] };
  if (index === undefined) return { content: said };
  return index === 0 ? { content: said, index } : null;
};
