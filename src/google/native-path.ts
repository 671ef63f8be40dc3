import { E } from '../kernel/fp.ts';
import { invalid, type ProxyError } from '../kernel/proxy-error.ts';

/** A path of Google's API, taken apart and decoded: it is never sent on as it came, but built anew. */
export type NativePath = {
  readonly version: string;
  /** What stands before the version. */
  readonly way: '' | 'upload' | 'download';
  /** `['models', 'gemini-flash-latest']`; without empty ones. */
  readonly segments: readonly string[];
  /** The word behind the last colon, as in `:generateContent`; '' where there is none. */
  readonly method: string;
};

/** The versions that there are. */
export const versions: ReadonlySet<string> = new Set(['v1beta', 'v1alpha', 'v1']);

/** Where the base address has none. */
const usualVersion = 'v1beta';

const badPath: E.Either<ProxyError, never> = E.left(
  invalid('The path holds what no path of this API has: dots as steps, a backslash, or something encoded twice.', null),
);

/** Dots as a step, also where a method stands behind them, which is cut off where a thing is asked for by its name. */
const isStep = (segment: string): boolean => /^\.{1,2}(?:$|:)/.test(segment);

/** What stays encoded after one decoding was encoded twice. */
const isOdd = (segment: string): boolean =>
  isStep(segment) ||
  /\\|%[\da-f]{2}/i.test(segment) ||
  Array.from(segment).some((character) => character < ' ' || character === '\u007f');

/** As nearly all paths are written. */
const isUsual = (path: string): boolean => /^[\w:/-][\w:/.-]*$/.test(path) && !path.includes('/.');

/** The segments of a path, each decoded once; `%2F` is a slash. Null for what can't be one. */
const decodeSegments = (path: string): readonly string[] | null => {
  if (isUsual(path)) return path.split('/').filter((segment) => segment !== '');
  let text = path;
  if (path.includes('%')) {
    try {
      text = decodeURIComponent(path);
    } catch {
      return null;
    }
  }
  const segments = text.split('/').filter((segment) => segment !== '');
  return segments.some(isOdd) ? null : segments;
};

type Lead = { readonly version: string; readonly way: NativePath['way']; readonly from: number };

/** Clients put a version of their own behind the one of the base address: the last one counts. */
const leadOf = (segments: readonly string[]): Lead => {
  let [version, from]: [string, number] = ['', 0];
  let way: NativePath['way'] = '';
  for (; from < segments.length; from += 1) {
    const segment = segments[from] ?? '';
    if (versions.has(segment)) version = segment;
    else if (segment === 'upload' || segment === 'download') way = segment;
    else break;
  }
  return { version: version === '' && from < segments.length ? usualVersion : version, way, from };
};

/** `models/models/x` is `models/x`: clients put the folder before a name that has it. */
const withoutRepeats = (segments: readonly string[]): readonly string[] => {
  let from = 0;
  while (segments[from] === 'models' && segments[from + 1] === 'models') from += 1;
  return from === 0 ? segments : segments.slice(from);
};

/**
 * Reads a path as it was sent. Slashes to spare, doubled versions and folders, `%3A` and `%2F` are taken; steps like
 * `..` in any writing are a 400, since what stands behind us may follow them.
 */
export const readNativePath = (path: string): E.Either<ProxyError, NativePath> => {
  const segments = decodeSegments(path);
  if (segments === null) return badPath;
  const { version, way, from } = leadOf(segments);
  const rest = withoutRepeats(segments.slice(from));
  const last = rest.at(-1) ?? '';
  const colon = last.lastIndexOf(':');
  if (colon < 0) return E.right({ version, way, segments: rest, method: '' });
  const bare = last.slice(0, colon);
  return E.right({
    version,
    way,
    segments: bare === '' ? rest.slice(0, -1) : [...rest.slice(0, -1), bare],
    method: last.slice(colon + 1),
  });
};

const isPlain = (text: string): boolean => /^[\w.-]*$/.test(text);

const encode = (text: string): string => (isPlain(text) ? text : encodeURIComponent(text));

/** The path as it goes up: the version that was asked, every part encoded anew. */
export const writeNativePath = ({ version, way, segments, method }: NativePath): string =>
  `${way === '' ? '' : `/${way}`}/${version}/${segments.map(encode).join('/')}${method === '' ? '' : `:${encode(method)}`}`;
