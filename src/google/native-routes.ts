import { E } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { PassWork } from '../ports/passing-on.ts';
import type { NativePath } from './native-path.ts';

/** One kind of request of Google's API. */
export type NativeRoute = {
  /** As it stands in the log and in the metrics, of a fixed set. */
  readonly pattern: string;
  readonly work: PassWork;
  /** Whether our limits count it: polls, lists, bytes of uploads and counts of tokens are no questions. */
  readonly isQuestion: boolean;
  /** False where Google asks for a person's login, and refuses every key. */
  readonly takesKeys: boolean;
  /** How many segments name the thing that it is about; 0 where it is about none. */
  readonly nameLength: number;
};

type Methods = Readonly<Record<string, NativeRoute>>;

type Row = Partial<NativeRoute> & Pick<NativeRoute, 'pattern'>;

const routeOf = (work: PassWork, row: Row): NativeRoute => ({
  work,
  isQuestion: false,
  takesKeys: true,
  nameLength: 0,
  ...row,
});

/** Methods of a model that make something which is asked for later. */
const making: ReadonlySet<string> = new Set(['predictLongRunning', 'batchGenerateContent', 'asyncBatchEmbedContent']);

const known: ReadonlySet<string> = new Set([
  ...making,
  'generateContent', 'streamGenerateContent', 'countTokens', 'embedContent', 'batchEmbedContents', 'predict',
]);

/** What the route of a method is called: words that nobody knows share a name. */
const methodPattern = (method: string): string => (known.has(method) ? `:${method}` : ':{method}');

const modelMethod = (folder: string, method: string): Methods => ({
  POST: routeOf(making.has(method) ? 'create' : 'free', {
    pattern: `/${folder}/{id}${methodPattern(method)}`,
    isQuestion: !method.startsWith('count'),
    // Google says of some methods that they take no keys; of those that nobody knows here it says nothing of the key.
    takesKeys: known.has(method),
    nameLength: folder === 'tunedModels' ? 2 : 0,
  }),
});

const operation = (pattern: string, nameLength: number): Methods => {
  const bound = routeOf('bound', { pattern, nameLength });
  return { GET: bound, DELETE: bound, POST: bound };
};

const models = ({ segments, method }: NativePath): Methods | null => {
  if (segments.length === 1) return method === '' ? { GET: routeOf('list-any', { pattern: '/models' }) } : null;
  if (segments.length === 2) {
    return method === '' ? { GET: routeOf('free', { pattern: '/models/{id}' }) } : modelMethod('models', method);
  }
  return segments[2] === 'operations' && segments.length === 4
    ? operation('/models/{id}/operations/{id}', 4)
    : null;
};

const tunedModels = ({ segments, method }: NativePath): Methods | null => {
  const pattern = '/tunedModels/{id}';
  if (segments.length === 2 && method !== '') return modelMethod('tunedModels', method);
  const bound = routeOf('bound', { pattern, nameLength: 2, takesKeys: false });
  if (segments.length > 1) return { GET: bound, POST: bound, PATCH: bound, DELETE: bound };
  const list = routeOf('list', { pattern: '/tunedModels', takesKeys: false });
  return { GET: list, POST: routeOf('create', { pattern: '/tunedModels', takesKeys: false }) };
};

const dynamic = ({ segments, method }: NativePath): Methods | null =>
  segments.length === 2 && method !== '' ? modelMethod('dynamic', method) : null;

/** Things of one project under a name: a list of them, one of them, and what lies below it or is done with it. */
const collection =
  (folder: string, made: { readonly isQuestion: boolean } = { isQuestion: true }) =>
  ({ segments, method }: NativePath): Methods | null => {
    if (segments.length === 1) {
      if (method !== '') return null;
      const pattern = `/${folder}`;
      return { GET: routeOf('list', { pattern }), POST: routeOf('create', { pattern, ...made }) };
    }
    const bound = routeOf('bound', { pattern: `/${folder}/{id}`, nameLength: 2 });
    if (segments.length === 2 && method === '') return { GET: bound, PATCH: bound, DELETE: bound };
    if (segments.length === 2) {
      const done = routeOf('bound', { pattern: `/${folder}/{id}:{method}`, nameLength: 2 });
      return method === 'download' ? { GET: done } : { GET: done, POST: done, PATCH: done };
    }
    const below = routeOf('bound', { pattern: `/${folder}/{id}/{below}`, nameLength: 2 });
    return { GET: below, POST: below, PATCH: below, DELETE: below };
  };

const interactions = ({ segments, method }: NativePath): Methods | null => {
  if (method !== '') return null;
  if (segments.length === 1) return { POST: routeOf('create', { pattern: '/interactions', isQuestion: true }) };
  if (segments.length === 2) {
    const bound = routeOf('bound', { pattern: '/interactions/{id}', nameLength: 2 });
    return { GET: bound, DELETE: bound };
  }
  return segments.length === 3 && segments[2] === 'cancel'
    ? { POST: routeOf('bound', { pattern: '/interactions/{id}/cancel', nameLength: 2 }) }
    : null;
};

const operations = ({ segments }: NativePath): Methods | null =>
  segments.length === 2 ? operation('/operations/{id}', 2) : null;

const corpora = ({ segments }: NativePath): Methods => {
  if (segments.length === 1) {
    const row = { pattern: '/corpora', takesKeys: false };
    return { GET: routeOf('list', row), POST: routeOf('create', row) };
  }
  const bound = routeOf('bound', { pattern: '/corpora/{id}', nameLength: 2, takesKeys: false });
  return { GET: bound, POST: bound, PATCH: bound, DELETE: bound };
};

const tables: Readonly<Record<string, (path: NativePath) => Methods | null>> = {
  models,
  tunedModels,
  dynamic,
  files: collection('files'),
  generatedFiles: collection('generatedFiles'),
  cachedContents: collection('cachedContents'),
  fileSearchStores: collection('fileSearchStores', { isQuestion: false }),
  batches: collection('batches'),
  interactions,
  operations,
  corpora,
};

/** What only an owner may wish to have: they act on their own, and cost. */
const agentFolders: Readonly<Record<string, (path: NativePath) => Methods | null>> = {
  agents: collection('agents'),
  environments: collection('environments'),
  triggers: collection('triggers'),
  voices: collection('voices'),
};

/** The folders whose paths mean Google's API, where another one shares the address. */
export const isNativeFolder = (folder: string): boolean =>
  Object.hasOwn(tables, folder) || Object.hasOwn(agentFolders, folder) || Object.hasOwn(forbidden, folder);

const forbidden: Readonly<Record<string, string>> = {
  auth_tokens: "a token would give Google's API away on a key of this service, past its limits",
  webhooks: "they would be set up in the project of one of this service's keys",
  credentials: "they would be kept in the project of one of this service's keys",
};

const isFile = (segments: readonly string[]): boolean => segments[0] === 'files' && segments.length === 2;

/** Uploads begin, or bring bytes, at `/upload/v1beta/files` and at a store; downloads are of files alone. */
const ofWay = ({ way, segments, method }: NativePath): Methods | null => {
  if (way === 'download') {
    const get = routeOf('bound', { pattern: '/download/files/{id}:download', nameLength: 2 });
    return isFile(segments) && method === 'download' ? { GET: get } : null;
  }
  const isStore = segments[0] === 'fileSearchStores' && segments.length === 2 && method === 'uploadToFileSearchStore';
  if (!isStore && !(segments[0] === 'files' && segments.length === 1 && method === '')) return null;
  const upload = isStore
    ? routeOf('upload', { pattern: '/upload/fileSearchStores/{id}:uploadToFileSearchStore', nameLength: 2 })
    : routeOf('upload', { pattern: '/upload/files' });
  return { POST: upload, PUT: upload };
};

const methodsOf = (path: NativePath, withAgents: boolean): Methods | null => {
  if (path.way !== '') return ofWay(path);
  const folder = path.segments[0] ?? '';
  if (Object.hasOwn(tables, folder)) return tables[folder]?.(path) ?? null;
  return withAgents && Object.hasOwn(agentFolders, folder) ? (agentFolders[folder]?.(path) ?? null) : null;
};

const refuse = (message: string): E.Either<ProxyError, never> => E.left({ tag: 'Forbidden', message });

/** What must not go through a pool of keys that many share. */
const refusalOf = ({ segments, method }: NativePath, withAgents: boolean): E.Either<ProxyError, never> | null => {
  const folder = segments[0] ?? '';
  const reason = Object.hasOwn(forbidden, folder) ? forbidden[folder] : undefined;
  if (reason !== undefined) return refuse(`${folder} are not passed on: ${reason}.`);
  if (method === 'transferOwnership') {
    return refuse('transferOwnership is not passed on: the thing would no longer belong to this service.');
  }
  if (folder === 'files' && method === 'register') {
    return refuse("files:register is not passed on: it needs the login of a person, which Google's keys are not.");
  }
  return !withAgents && Object.hasOwn(agentFolders, folder)
    ? refuse(`${folder} are not passed on: the owner of this service must set NATIVE_AGENTS=true first.`)
    : null;
};

/** HTTP's methods that there are for a path. */
const allowedOf = (methods: Methods): readonly string[] => [
  ...Object.keys(methods).flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])),
  'OPTIONS',
];

/** Finds what a request is; a Left for what there is not, and for what is refused. HEAD is GET without a body. */
export const nativeRoute = (
  method: string,
  path: NativePath,
  withAgents: boolean,
): E.Either<ProxyError, NativeRoute> => {
  const refusal = refusalOf(path, withAgents);
  if (refusal !== null) return refusal;
  const methods = path.version === '' ? null : methodsOf(path, withAgents);
  if (methods === null) {
    return E.left({ tag: 'NoSuchRoute', method, path: writtenFor(path) });
  }
  const asked = method === 'HEAD' ? 'GET' : method;
  const route = Object.hasOwn(methods, asked) ? methods[asked] : undefined;
  if (route === undefined) return E.left({ tag: 'MethodNotAllowed', method, allowed: allowedOf(methods) });
  return E.right(route);
};

const longestInError = 200;

const writtenFor = ({ version, segments, method }: NativePath): string =>
  `/${[version, ...segments].join('/')}${method === '' ? '' : `:${method}`}`.slice(0, longestInError);
