import { E, t } from '../kernel/fp.ts';
import { secret, type Secret } from '../kernel/secret.ts';

/** A kind of setting: its value from text, '' where unset. The name says what is allowed, and stands in faults. */
export type Kind<A> = t.Decoder<string, A>;

/** Undefined = not allowed. */
const kind = <A>(name: string, read: (text: string) => A | undefined): Kind<A> =>
  new t.Type<A, unknown, string>(
    name,
    (_value): _value is A => false,
    (text, context) => {
      const value = read(text);
      return value === undefined ? t.failure(text, context) : t.success(value);
    },
    (value) => value,
  );

/** A whole number within bounds. */
export const wholeNumber = (least: number, most: number): Kind<number> =>
  kind(`a whole number from ${least} to ${most}`, (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most ? value : undefined;
  });

const truths: Readonly<Record<string, boolean>> = { true: true, '1': true, yes: true, on: true, false: false, '0': false, no: false, off: false };

/** true or false. */
export const flag: Kind<boolean> = kind('true or false', (text) => truths[text.toLowerCase()]);

/** One of a few words, in any case. */
export const word = <const A extends string>(...words: readonly A[]): Kind<A> =>
  kind(`one of ${words.join(', ')}`, (text) => words.find((known) => known === text.toLowerCase()));

/** Any text; null where unset. */
export const optionalText: Kind<string | null> = kind('a text', (text) => (text === '' ? null : text));

/** A secret text; null where unset. */
export const optionalSecret: Kind<Secret | null> = kind('a text', (text) => (text === '' ? null : secret(text)));

/** A password: printable ASCII, since it travels in a header. */
export const password: Kind<Secret> = kind('printable ASCII characters without blanks', (text) =>
  /^[\x21-\x7e]+$/.test(text) ? secret(text) : undefined,
);

const httpUrl = (text: string): URL | undefined => {
  const url = E.tryCatch(
    () => new URL(text),
    () => undefined,
  );
  if (E.isLeft(url)) return undefined;
  const { protocol, username, password: secretPart } = url.right;
  return (protocol === 'http:' || protocol === 'https:') && username === '' && secretPart === '' ? url.right : undefined;
};

const withoutSlash = ({ origin, pathname }: URL): string => `${origin}${pathname.replace(/\/+$/, '')}`;

/** An http or https address without a slash at its end; null where unset. */
export const optionalUrl: Kind<string | null> = kind('an http or https address without user and password', (text) => {
  if (text === '') return null;
  const url = httpUrl(text);
  return url === undefined ? undefined : withoutSlash(url);
});

/** Where Gemini is: people paste it with and without the version at its end. */
export const geminiUrl: Kind<string> = kind('an http or https address without user and password', (text) => {
  const url = httpUrl(text);
  return url === undefined ? undefined : withoutSlash(url).replace(/\/v1(beta)?$/, '');
});

/** A proxy's address, which may hold a password; null where unset. */
export const optionalProxy: Kind<string | null> = kind('an http or https address', (text) => {
  if (text === '') return null;
  const url = E.tryCatch(
    () => new URL(text.includes('://') ? text : `http://${text}`),
    () => undefined,
  );
  return E.isRight(url) && /^https?:$/.test(url.right.protocol) ? url.right.href : undefined;
});

const commas = /[,，;；\n]+/;

const items = (text: string, separator: RegExp): readonly string[] => [
  ...new Set(text.split(separator).map((item) => item.trim()).filter((item) => item !== '')),
];

/** A list with commas between. */
export const list: Kind<readonly string[]> = kind('a list with commas between', (text) => items(text, commas));

/** `a=b,c=d`. */
export const pairs: Kind<ReadonlyMap<string, string>> = kind('pairs such as gpt-4o=gemini-flash-latest with commas between', (text) => {
  const read = items(text, commas).map((item) => item.split('=').map((side) => side.trim()));
  return read.every((sides) => sides.length === 2 && sides.every((side) => side !== ''))
    ? new Map(read.map(([from, to]) => [from ?? '', to ?? '']))
    : undefined;
});

/** `*`, or web origins with commas between. */
export const origins: Kind<'*' | readonly string[]> = kind('* or web origins such as https://example.com with commas between', (text) => {
  if (text === '*') return '*';
  const read = items(text, commas).map((item) => httpUrl(item)?.origin);
  const known = read.filter((origin) => origin !== undefined);
  return known.length === read.length && known.length > 0 ? known : undefined;
});

/** One key of the pool; keys with the same project share its quota. */
export type ConfiguredKey = { readonly secret: Secret; readonly project: string | null };

const quotes = /^["'“”‘’]+|["'“”‘’]+$/g;

const readKey = (item: string): ConfiguredKey => {
  const at = item.lastIndexOf('@');
  return at > 0 && at < item.length - 1
    ? { secret: secret(item.slice(0, at)), project: item.slice(at + 1) }
    : { secret: secret(item), project: null };
};

/**
 * Any number of keys, as people paste them: commas (full-width too), semicolons, blanks or newlines between, quotes
 * around, some twice. No pattern is asked for: new keys look unlike old ones. `key@project` names the key's project.
 */
export const keys: Kind<readonly ConfiguredKey[]> = kind('keys of printable ASCII characters with commas between', (text) => {
  const pieces = text.split(/[\s,，;；、[\]]+/).map((piece) => piece.replaceAll(quotes, '')).filter((piece) => piece !== '');
  if (!pieces.every((piece) => /^[\x21-\x7e]+$/.test(piece))) return undefined;
  return [...new Map(pieces.map(readKey).map((key) => [key.secret.reveal(), key])).values()];
});
