import { E, pipe } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import { recentMap } from '../kernel/recent-map.ts';
import type { ErrorWatch, PassDialect, PassPlan, PassRequest, PassWork } from '../ports/passing-on.ts';
import { aliasOf } from '../wire/model-alias.ts';
import { modelName, type ModelSettings } from '../wire/model-name.ts';
import {
  isUnstored,
  mayBeginWithMark,
  namesNoAddress,
  withGooglesFiles,
  withModels,
  withoutMark,
} from './body-up.ts';
import { boundNamesIn, interactionBegun } from './bound-name.ts';
import { cleanError, cleanStreamError } from './clean-error.ts';
import { pageWithToken, readPage } from './list-page.ts';
import { joinFilters, nestedErrorFilter } from './nested-errors.ts';
import { errorFrame, nativeErrors } from './native-errors.ts';
import { headersDown, headersUp } from './native-headers.ts';
import { readNativePath, writeNativePath, type NativePath } from './native-path.ts';
import { pageTokenIn, queryUp, queryValue, withPageToken } from './native-query.ts';
import { nativeRoute, type NativeRoute } from './native-routes.ts';
import { lateErrorFilter, mayHoldError } from './late-error.ts';
import { errorFilter, opensWithError } from './stream-errors.ts';
import { cleanTold } from './told-errors.ts';
import { namesTold } from './told-names.ts';
import { tokensIn } from './told-tokens.ts';
import { addressDown, uploadAddress, uploadLink } from './upload-address.ts';
import { usualPaths } from './usual-paths.ts';

/** What passing on depends on. */
export type NativeSettings = ModelSettings & {
  /** Where Google is. */
  readonly upstream: string;
  /** Whether agents, environments, triggers and voices are passed on. */
  readonly withAgents: boolean;
};

/** One POST that small is held, so that another key can be tried with it. */
const mostHeldUpload = 8 * 1024 * 1024;

const isModelFolder = (folder: string | undefined): boolean => folder === 'models' || folder === 'tunedModels';

/** The path with the model behind an alias. */
const withoutAlias = (path: NativePath, { modelAliases }: ModelSettings): NativePath => {
  const [folder, name = ''] = path.segments;
  if (folder !== 'models' || modelAliases.size === 0 || aliasOf(name, modelAliases) === undefined) return path;
  return { ...path, segments: [folder, modelName(name, modelAliases).model, ...path.segments.slice(2)] };
};

/** Whether a word of the path is a name; other words may be any text of the caller's, which no log and no count holds. */
const isName = (word: string): boolean => /^[\w.-]{1,100}$/.test(word);

/** What Google's limits count a request as: a model's answers, or all requests about things of a kind. */
const quotaOf = ({ segments: [folder = '', name = ''], method }: NativePath): string => {
  if (!isModelFolder(folder) || !isName(name) || !isName(method)) return `/${folder}`;
  const model = folder === 'models' ? name : `${folder}/${name}`;
  return method.startsWith('count') ? `${model}:${method}` : model;
};

/** By Google's newer protocol for uploads, or by the older one, which its libraries for all of its APIs speak. */
const isUploadStart = ({ header, query }: PassRequest): boolean =>
  (header('x-goog-upload-protocol') ?? queryValue(query, 'upload_protocol') ?? '').toLowerCase() === 'resumable' ||
  queryValue(query, 'uploadType') === 'resumable' ||
  (header('x-goog-upload-command') ?? '').toLowerCase().includes('start');

const workOf = (route: NativeRoute, request: PassRequest, uploadId: string | null): PassWork => {
  if (route.work !== 'upload') return route.work;
  if (uploadId !== null) return 'chunk';
  return isUploadStart(request) ? 'upload' : 'create';
};

const bodyOf = (work: PassWork, route: NativeRoute, { method, header }: PassRequest): PassPlan['body'] => {
  if (method === 'GET' || method === 'HEAD' || method === 'DELETE') return 'none';
  if (work === 'chunk') return 'stream';
  const length = header('content-length');
  const isSmall = length !== null && Number(length) <= mostHeldUpload;
  return route.work === 'upload' && work === 'create' && !isSmall ? 'stream' : 'held';
};

const streamOf = ({ method }: NativePath, query: string): PassPlan['stream'] => {
  if (method !== 'streamGenerateContent') return null;
  return (queryValue(query, 'alt') ?? queryValue(query, '$alt')) === 'sse' ? 'events' : 'array';
};

/** Where one may ask whether the thing that a path names is there. */
const namePathOf = ({ version }: NativePath, name: readonly string[]): string =>
  writeNativePath({ version, way: '', segments: name, method: '' });

/** What a path and a method come to, which is the same each time. */
type Read = {
  readonly asked: NativePath;
  readonly path: NativePath;
  /** As it goes up. */
  readonly written: string;
  readonly route: NativeRoute;
};

const planOf = (request: PassRequest, { asked, path, written, route }: Read): PassPlan => {
  const { query } = request;
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const uploadId = route.work === 'upload' ? queryValue(query, 'upload_id') : null;
  const work = workOf(route, request, uploadId);
  const name = path.segments.slice(0, route.nameLength);
  const up = queryUp(query);
  const [folder, model = ''] = path.segments;
  return {
    work,
    method,
    path: written,
    query: up,
    address: up === '' ? written : `${written}?${up}`,
    quota: quotaOf(path),
    model: (isModelFolder(folder) || folder === 'dynamic') && isName(model) ? model : null,
    alias: asked === path ? null : (asked.segments[1] ?? null),
    isQuestion: method !== 'GET' && work !== 'chunk' && route.isQuestion,
    mayBlameKey: route.takesKeys,
    body: bodyOf(work, route, request),
    name: name.length === 0 ? null : name.join('/'),
    namePath: name.length === 0 ? null : namePathOf(path, name),
    stream: streamOf(path, query),
    staysTogether: route.work === 'upload' || folder === 'cachedContents' || folder === 'files',
    uploadId,
    pageToken: work === 'list' || work === 'list-any' ? pageTokenIn(query) : null,
  };
};

/** Paths of which most requests ask for the same few. */
const mostRemembered = 500;
const longestRemembered = 300;

const readRequest = (settings: NativeSettings, { method, path: written }: PassRequest): E.Either<ProxyError, Read> =>
  pipe(
    readNativePath(written),
    E.flatMap((asked) =>
      pipe(
        nativeRoute(method, asked, settings.withAgents),
        E.map((route) => {
          const path = withoutAlias(asked, settings);
          return { asked, path, written: writeNativePath(path), route };
        }),
      ),
    ),
  );

/** What decides a request's plan beside its path and its headers, and the plan. */
type Planned = { readonly method: string; readonly query: string; readonly plan: E.Either<ProxyError, PassPlan> };

/** Not where its headers decide too, or where it may hold the password. */
const mayRemember = ({ path, query }: PassRequest, { route }: Read): boolean =>
  route.work !== 'upload' && path.length + query.length < longestRemembered && !query.includes('key=');

/** Found by the path alone, which comes as one text for all who look something up by it: it is hashed once. */
const readPlan = (settings: NativeSettings): PassDialect['plan'] => {
  const remembered = recentMap<Planned>(mostRemembered);
  return (request) => {
    const { method, path, query } = request;
    const known = remembered.get(path);
    if (known !== undefined && known.method === method && known.query === query) return known.plan;
    const read = readRequest(settings, request);
    if (E.isLeft(read)) return read;
    const plan = E.right(planOf(request, read.right));
    if (mayRemember(request, read.right)) remembered.set(path, { method, query, plan });
    return plan;
  };
};

/**
 * A body with models for aliases, Google's addresses of files for ours, and no mark of byte order. What makes something
 * names its model in its body alone (caches, batches, interactions). A file that is uploaded is nobody's to change.
 */
const changeBody =
  ({ modelAliases }: NativeSettings): PassDialect['bodyUp'] =>
  (bytes, { alias, model, work, path }, base) => {
    if (path.startsWith('/upload/')) return bytes;
    const body = withoutMark(bytes);
    const behind = (name: string): string | null => {
      if (name === alias) return model;
      if (work !== 'create' || aliasOf(name, modelAliases) === undefined) return null;
      return modelName(name, modelAliases).model;
    };
    const mayName = alias !== null || (work === 'create' && modelAliases.size > 0);
    return withGooglesFiles(mayName ? withModels(body, behind) : body, base);
  };

const readyPlan = (settings: NativeSettings): PassDialect['plan'] => {
  const plan = readPlan(settings);
  for (const path of usualPaths) plan({ method: 'POST', path, query: 'alt=sse', header: () => null, base: '' });
  return plan;
};

/** Tells of an error as it came, and cleans it. */
const cleanToldError =
  ({ secret, own, told }: ErrorWatch) =>
  (text: string): string => {
    told(text);
    return cleanStreamError(text, secret.reveal(), own);
  };

/** Google's own API, passed through: what of it must be read, and what is changed on the way. */
export const nativeDialect = (settings: NativeSettings): PassDialect => ({
  plan: readyPlan(settings),
  headersUp: (header, { path }) => headersUp(header, path.startsWith('/upload/')),
  namesIn: (body) => boundNamesIn(body, settings.withAgents),
  bodyUp: changeBody(settings),
  goesUpAsIs: (pieces, { alias }) =>
    alias === null && namesNoAddress(pieces) && !mayBeginWithMark(pieces[0] ?? new Uint8Array()),
  leavesNothing: isUnstored,
  namesTold,
  namesBegun: interactionBegun,
  headersDown,
  addressDown: addressDown(settings.upstream),
  uploadAddress: uploadAddress(settings.upstream),
  uploadLink,
  withToken: withPageToken,
  readPage,
  pageWithToken,
  tokensIn,
  cleanError: (text, secret, own) => cleanError(text, secret.reveal(), own),
  cleanTold: (answer, secret) => cleanTold(answer, secret.reveal()),
  valueFilter: (watch) => lateErrorFilter(cleanToldError(watch)),
  mayHoldError,
  streamFilter: (watch) => {
    const { path, secret } = watch;
    const among = errorFilter(cleanToldError(watch));
    return path.includes('/interactions') ? joinFilters(among, nestedErrorFilter(secret.reveal())) : among;
  },
  opensWithError,
  errors: { ...nativeErrors, inStreamText: errorFrame },
});
