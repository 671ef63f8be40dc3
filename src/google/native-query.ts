/**
 * Names that carry a credential, whose refusal would be held against our key, or make the answer something else: they
 * never go up. `upload_id` is ours.
 */
const dropped: ReadonlySet<string> = new Set([
  'key', 'api_key', 'apikey', 'access_token', 'bearer_token', 'oauth_token', 'quotauser', 'userip', 'userproject',
  'callback', 'upload_id',
]);

/** Of Google's `$` names those that say how the answer is written. */
const written: ReadonlySet<string> = new Set(['$alt', '$fields', '$prettyPrint']);

/** Other `$` names say the same as those, and what no query should: headers, another method (`$httpMethod`). */
const isDropped = (name: string): boolean =>
  (name.startsWith('$') && !written.has(name)) || dropped.has(name.toLowerCase());

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
};

type Pair = { readonly raw: string; readonly name: string; readonly value: string };

/** Who adds `?key=` to an address that has a query already, or `;key=`, means one more pair. */
const between = /&|[?;](?=[\w.$%-]{1,100}=)/;

const pairsOf = (query: string): readonly Pair[] =>
  query.split(between).flatMap((raw) => {
    if (raw === '') return [];
    const at = raw.indexOf('=');
    return [
      { raw, name: decode(at < 0 ? raw : raw.slice(0, at)), value: at < 0 ? '' : decode(raw.slice(at + 1)) },
    ];
  });

/** The query as it goes up: everything as it was written, but for what must not. */
export const queryUp = (query: string): string =>
  query === ''
    ? ''
    : pairsOf(query)
        .filter(({ name }) => !isDropped(name))
        .map(({ raw }) => raw)
        .join('&');

/** The first value of a name; null where it is not there. */
export const queryValue = (query: string, name: string): string | null => {
  if (!query.includes(name) && !query.includes('%')) return null;
  return pairsOf(query).find((pair) => pair.name === name)?.value ?? null;
};

const pageTokens: ReadonlySet<string> = new Set(['pageToken', 'page_token']);

/** The page that a list is asked for; null for its first one. */
export const pageTokenIn = (query: string): string | null => {
  const value = queryValue(query, 'pageToken') ?? queryValue(query, 'page_token');
  return value === '' ? null : value;
};

/** The query of a list for another page. */
export const withPageToken = (query: string, token: string | null): string =>
  [
    ...pairsOf(query).flatMap(({ raw, name }) => (pageTokens.has(name) ? [] : [raw])),
    ...(token === null ? [] : [`pageToken=${encodeURIComponent(token)}`]),
  ].join('&');
