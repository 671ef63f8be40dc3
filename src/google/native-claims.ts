import { perText } from '../kernel/remember.ts';
import { queryValue } from './native-query.ts';
import { isNativeFolder } from './native-routes.ts';
import { versions } from './native-path.ts';

/** What is known of a request before its door is. Paths have no slashes to spare. */
export type Claimed = {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly hasHeader: (name: string) => boolean;
};

const ways: ReadonlySet<string> = new Set(['upload', 'download']);

const methodWord = /(?::|%3a)[a-z]+$/i;

/** `:generateContent`; of what is read, only a download: OpenAI's model names may have a colon too. */
const namesMethod = ({ method, path }: Claimed): boolean =>
  methodWord.test(path) && (method === 'POST' || path.toLowerCase().endsWith('download'));

/** Google's SDKs send one of these headers with every request, curl and SillyTavern the key in the query. */
const hasGooglesMarks = ({ query, hasHeader }: Claimed): boolean =>
  hasHeader('x-goog-api-key') || hasHeader('x-goog-api-client') || queryValue(query, 'key') !== null;

/** What of a path below `/v1` speaks for Google: a folder of its API, behind a version of it or not. */
type Told = { readonly isNative: boolean; readonly isVersioned: boolean };

const tellPath = perText((path): Told => {
  const segments = path.split('/').slice(2);
  const from = segments.findIndex((segment) => !versions.has(segment) && !ways.has(segment));
  const [folder = ''] = segments[from]?.split(/:|%3a|%2f/i) ?? [];
  return {
    isNative: folder !== 'openai' && isNativeFolder(folder),
    isVersioned: segments.slice(0, Math.max(0, from)).some((segment) => segment !== 'v1'),
  };
});

/** A method of a model where the base address lacks the version, which the AI SDK does not add. */
const isVersionless = (path: string): boolean => path.startsWith('/models/');

/**
 * `/v1` is two APIs: OpenAI's, and Google's newest. A request is Google's where its path names a method, or it bears a
 * mark of Google's clients and asks for what Google has; one whose client put Google's version behind `/v1` is too.
 */
export const claimsForNative = (knock: Claimed): boolean => {
  if (isVersionless(knock.path)) return namesMethod(knock);
  if (!knock.path.startsWith('/v1/')) return false;
  const { isNative, isVersioned } = tellPath(knock.path);
  return isNative && (isVersioned || namesMethod(knock) || hasGooglesMarks(knock));
};
