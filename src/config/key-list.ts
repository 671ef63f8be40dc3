import { secret, type Secret } from '../kernel/secret.ts';
import { kind, splitList, type Kind } from './setting-kinds.ts';

/** One key of the pool; keys with the same project share its quota. */
export type ConfiguredKey = { readonly secret: Secret; readonly project: string | null };

type Read = { readonly key: string; readonly project: string | null };

/** Commas (full-width ones too), semicolons, blanks, newlines, and the brackets of a JSON list. */
const separators = /[\s,，;；、[\]]+/;

/** What copying from a web page leaves behind unseen. */
const unseen = /[\u200b-\u200d\u2060\ufeff]/g;

const readKey = (piece: string): Read => {
  const at = piece.lastIndexOf('@');
  return at > 0 && at < piece.length - 1
    ? { key: piece.slice(0, at), project: piece.slice(at + 1) }
    : { key: piece, project: null };
};

const readKeys = (text: string): readonly Read[] => splitList(text.replaceAll(unseen, ''), separators).map(readKey);

/** Whether a header can carry it. Nothing else is asked of a key: new ones look unlike old ones. */
const canBeSent = ({ key }: Read): boolean => /^[\x21-\x7e]+$/.test(key);

/** Each key once, in the place where it stood first, with its project wherever that was said. */
const distinctKeys = (read: readonly Read[]): readonly Read[] => {
  const byKey = new Map<string, Read>();
  for (const { key, project } of read) byKey.set(key, { key, project: byKey.get(key)?.project ?? project });
  return [...byKey.values()];
};

const placesOf = (read: readonly Read[]): string =>
  read.flatMap((key, index) => (canBeSent(key) ? [] : [`#${index + 1}`])).join(', ');

/** Any number of keys, as people paste them: quotes around, some twice. `key@project` names the key's project. */
export const keyList: Kind<readonly ConfiguredKey[]> = kind(
  'keys with commas between',
  (text) => {
    const read = readKeys(text);
    return read.every(canBeSent)
      ? distinctKeys(read).map(({ key, project }) => ({ secret: secret(key), project }))
      : undefined;
  },
  (text) => `keys of printable ASCII characters; look at ${placesOf(readKeys(text))}`,
);
