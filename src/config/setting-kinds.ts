import { E, t } from '../kernel/fp.ts';
import { secret, type Secret } from '../kernel/secret.ts';

/** A kind of setting: its value from text, '' where unset. The name says what is allowed, and stands in faults. */
export type Kind<A> = t.Decoder<string, A>;

/** Makes a kind; undefined = not allowed. `explain` says more about one text than the name does, never the text. */
export const kind = <A>(
  name: string,
  read: (text: string) => A | undefined,
  explain?: (text: string) => string,
): Kind<A> =>
  new t.Type<A, unknown, string>(
    name,
    (_value): _value is A => false,
    (text, context) => {
      const value = read(text);
      return value === undefined ? t.failure(text, context, explain?.(text)) : t.success(value);
    },
    (value) => value,
  );

/** Null where unset, else as the kind says. */
export const optional = <A>(inner: Kind<A>): Kind<A | null> =>
  kind<A | null>(inner.name, (text) => {
    if (text === '') return null;
    const decoded = inner.decode(text);
    return E.isRight(decoded) ? decoded.right : undefined;
  });

/** A whole number within bounds. */
export const wholeNumber = (least: number, most: number): Kind<number> =>
  kind(`a whole number from ${least} to ${most}`, (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most ? value : undefined;
  });

const truths: ReadonlyMap<string, boolean> = new Map([
  ...['true', '1', 'yes', 'on'].map((word) => [word, true] as const),
  ...['false', '0', 'no', 'off'].map((word) => [word, false] as const),
]);

/** true or false, as people write it. */
export const flag: Kind<boolean> = kind('true or false', (text) => truths.get(text.toLowerCase()));

/** One of a few words, in any case. */
export const word = <const A extends string>(...words: readonly A[]): Kind<A> =>
  kind(`one of ${words.join(', ')}`, (text) => words.find((known) => known === text.toLowerCase()));

/** Any text on one line. */
export const text: Kind<string> = kind('a text on one line', (given) =>
  /^[^\r\n\0]+$/.test(given) ? given : undefined,
);

/** A text to keep secret. */
export const secretText: Kind<Secret> = kind(text.name, (given) =>
  /^[^\r\n\0]+$/.test(given) ? secret(given) : undefined,
);

/** A password: it travels in a header, so printable ASCII. */
export const password: Kind<Secret> = kind('printable ASCII characters', (given) =>
  /^[\x20-\x7e]+$/.test(given) ? secret(given) : undefined,
);

const urlOf = (given: string): URL | undefined => {
  const url = E.tryCatch(
    () => new URL(given),
    () => undefined,
  );
  return E.isRight(url) ? url.right : undefined;
};

const isWeb = ({ protocol }: URL): boolean => protocol === 'http:' || protocol === 'https:';

/** A web address that is a base for others: no user, password, query or fragment. */
const baseOf = (given: string): URL | undefined => {
  const url = urlOf(given);
  return url !== undefined && isWeb(url) && url.username + url.password + url.search + url.hash === ''
    ? url
    : undefined;
};

const withoutSlash = ({ origin, pathname }: URL): string => `${origin}${pathname.replace(/\/+$/, '')}`;

const webAddress = 'an http or https address without user, password, query or fragment';

/** An http or https address; comes without a slash at its end. */
export const url: Kind<string> = kind(webAddress, (given) => {
  const base = baseOf(given);
  return base === undefined ? undefined : withoutSlash(base);
});

/** As `url`, and what has no scheme is taken for https. */
export const domain: Kind<string> = kind(`a domain, or ${webAddress}`, (given) => {
  const base = baseOf(given.includes('://') ? given : `https://${given}`);
  return base === undefined ? undefined : withoutSlash(base);
});

/** Where Gemini is: people paste it with and without the version at its end, and with a path before it. */
export const geminiUrl: Kind<string> = kind(webAddress, (given) => {
  const base = baseOf(given);
  return base === undefined ? undefined : `${base.origin}${base.pathname.replace(/(?:\/+v1(?:beta)?)?\/*$/, '')}`;
});

/** A proxy's address, which may hold user and password; without a scheme it is http. */
export const proxyUrl: Kind<string> = kind('an http or https address', (given) => {
  const proxy = urlOf(given.includes('://') ? given : `http://${given}`);
  return proxy !== undefined && isWeb(proxy) ? proxy.href : undefined;
});

/** Where Redis is; secret, for it may hold a password. */
export const redisUrl: Kind<Secret> = kind('a redis:// or rediss:// address', (given) => {
  const redis = urlOf(given);
  return redis !== undefined && /^rediss?:$/.test(redis.protocol) && redis.hostname !== '' ? secret(given) : undefined;
});

const quotes = /^["'“”‘’]+|["'“”‘’]+$/g;

/** The pieces of a list, without the blanks and quotes around them, and without empty ones. */
export const splitList = (given: string, separator: RegExp): readonly string[] =>
  given.split(separator).map((piece) => piece.trim().replaceAll(quotes, '').trim()).filter((piece) => piece !== '');

const commas = /[,，;；\n]+/;

/** A list with commas between; what stands there twice comes once. */
export const list: Kind<readonly string[]> = kind('a list with commas between', (given) => [
  ...new Set(splitList(given, commas)),
]);

/** `a=b,c=d`. */
export const pairs: Kind<ReadonlyMap<string, string>> = kind(
  'pairs such as gpt-4o=gemini-flash-latest with commas between',
  (given) => {
    const read = splitList(given, commas).map((piece) => piece.split('=').map((side) => side.trim()));
    return read.every((sides) => sides.length === 2 && sides.every((side) => side !== ''))
      ? new Map(read.map(([from, to]) => [from ?? '', to ?? '']))
      : undefined;
  },
);

/** The same, or `off` for none. */
export const pairsOrOff: Kind<ReadonlyMap<string, string>> = kind(`off, or ${pairs.name}`, (given) => {
  if (given.toLowerCase() === 'off') return new Map();
  const read = pairs.decode(given);
  return E.isRight(read) ? read.right : undefined;
});

/** `*`, or web origins with commas between. */
export const origins: Kind<'*' | readonly string[]> = kind(
  '* or web origins such as https://example.com with commas between',
  (given) => {
    if (given === '*') return '*';
    const read = splitList(given, commas).map(baseOf);
    const known = read.flatMap((origin) => (origin === undefined || origin.pathname !== '/' ? [] : [origin.origin]));
    return known.length === read.length && known.length > 0 ? known : undefined;
  },
);
