import { parseEnv } from 'node:util';
import { E, pipe } from './kernel/fp.ts';
import type { Secret } from './kernel/secret.ts';
import type { LogLevel } from './ports/capabilities.ts';
import type { ConfiguredKey } from './config/kinds.ts';
import { readValues, type Environment } from './config/read-values.ts';
import { notYetUsed, settings, type SettingName, type Values } from './config/settings.ts';

/** Everything that can be set, decoded. Durations are milliseconds, sizes bytes. */
export type Config = {
  readonly version: string;
  readonly server: {
    readonly host: string;
    readonly port: number;
    readonly headersTimeoutMs: number;
    readonly requestTimeoutMs: number;
    readonly drainTimeoutMs: number;
    readonly mostBodyBytes: number;
    readonly mostBodyBytesInFlight: number;
    readonly trustProxyHops: number;
    readonly corsOrigins: '*' | readonly string[];
  };
  readonly callers: { readonly password: Secret; readonly allowDefaultPassword: boolean };
  readonly limits: { readonly perMinute: number; readonly perDayPerAddress: number };
  readonly keys: { readonly keys: readonly ConfiguredKey[]; readonly strategy: 'round-robin' | 'sticky' };
  readonly upstream: {
    readonly baseUrl: string;
    readonly proxies: { readonly httpsProxy: string | null; readonly httpProxy: string | null; readonly noProxy: string | null };
    readonly connectTimeoutMs: number;
    readonly firstByteTimeoutMs: number;
    readonly idleTimeoutMs: number;
  };
  readonly chat: {
    readonly systemPromptMode: 'instruction' | 'user';
    readonly historyImages: 'last' | 'all';
    readonly modelAliases: ReadonlyMap<string, string>;
    readonly extraModels: readonly string[];
    readonly keepAliveMs: number;
  };
  readonly dataFolder: string;
  readonly logLevel: LogLevel;
  /** What the owner should hear at the start, in words. */
  readonly warnings: readonly string[];
};

/** What the settings are read beside. */
export type StartFacts = { readonly packageVersion: string; readonly isWritable: (folder: string) => boolean };

const mebibyte = 1_048_576;

const stores: Readonly<Record<string, readonly SettingName[]>> = {
  qiniu: ['QINIU_ACCESS_KEY', 'QINIU_SECRET_KEY', 'QINIU_BUCKET_NAME', 'QINIU_BUCKET_DOMAIN'],
  tencent: ['TENCENT_SECRET_ID', 'TENCENT_SECRET_KEY', 'TENCENT_REGION', 'TENCENT_BUCKET_NAME', 'TENCENT_BUCKET_DOMAIN'],
};

/** Faults that only several settings together show. */
const together = (values: Values): readonly string[] =>
  (stores[values.IMAGE_STORAGE_TYPE] ?? [])
    .filter((name) => values[name] === null)
    .map((name) => `${name} must be set when IMAGE_STORAGE_TYPE is ${values.IMAGE_STORAGE_TYPE}.`);

const withoutEndings = (name: string): string => name.toUpperCase().replaceAll(/[^A-Z]|S(?=_|$)/g, '');

/** Names that look like ours but are not: a typing error would otherwise go unseen. */
const mistyped = (environment: Environment): readonly string[] => {
  const known = new Map(Object.keys(settings).map((name) => [withoutEndings(name), name]));
  const names = new Set(Object.entries(settings).flatMap(([name, setting]) => [name, ...('aliases' in setting ? (setting.aliases ?? []) : [])]));
  return Object.keys(environment).flatMap((name) => {
    const meant = known.get(withoutEndings(name));
    return meant === undefined || names.has(name) ? [] : [`${name} is not a setting; ${meant} is.`];
  });
};

const unused = (environment: Environment): readonly string[] =>
  [...notYetUsed].filter((name) => (environment[name] ?? '') !== '').map((name) => `${name} has no effect yet.`);

const warningsOf = (values: Values, environment: Environment): readonly string[] => [
  ...(values.PASSWORD.reveal() === settings.PASSWORD.default
    ? ['PASSWORD is the default 123: everybody who finds this service can use your keys. Set PASSWORD.']
    : []),
  ...(values.GEMINI_API_KEYS.length === 0 ? ['No Gemini key is set: put at least one into GEMINI_API_KEYS.'] : []),
  ...mistyped(environment),
  ...unused(environment),
];

const dataFolder = ({ DATA_DIR }: Values, { isWritable }: StartFacts): string => DATA_DIR ?? (isWritable('/data') ? '/data' : 'data');

const hops = ({ TRUST_PROXY_HOPS }: Values, environment: Environment): number =>
  TRUST_PROXY_HOPS === '' ? Number((environment['SPACE_ID'] ?? '') !== '') : Number(TRUST_PROXY_HOPS);

const server = (values: Values, environment: Environment): Config['server'] => ({
  host: values.HOST ?? settings.HOST.default,
  port: values.PORT,
  headersTimeoutMs: values.HEADERS_TIMEOUT_MS,
  requestTimeoutMs: values.REQUEST_TIMEOUT_MS,
  drainTimeoutMs: values.DRAIN_TIMEOUT_MS,
  mostBodyBytes: values.MAX_BODY_MB * mebibyte,
  mostBodyBytesInFlight: values.MAX_INFLIGHT_BODY_MB * mebibyte,
  trustProxyHops: hops(values, environment),
  corsOrigins: values.CORS_ORIGINS,
});

const upstream = (values: Values): Config['upstream'] => ({
  baseUrl: values.GEMINI_BASE_URL,
  proxies: { httpsProxy: values.HTTPS_PROXY, httpProxy: values.HTTP_PROXY, noProxy: values.NO_PROXY },
  connectTimeoutMs: values.UPSTREAM_CONNECT_TIMEOUT_MS,
  firstByteTimeoutMs: values.UPSTREAM_FIRST_BYTE_TIMEOUT_MS,
  idleTimeoutMs: values.UPSTREAM_IDLE_TIMEOUT_MS,
});

const arranged = (values: Values, environment: Environment, facts: StartFacts): Config => ({
  version: values.VERSION ?? facts.packageVersion,
  server: server(values, environment),
  callers: { password: values.PASSWORD, allowDefaultPassword: values.ALLOW_DEFAULT_PASSWORD },
  limits: { perMinute: values.MAX_REQUESTS_PER_MINUTE, perDayPerAddress: values.MAX_REQUESTS_PER_DAY_PER_IP },
  keys: { keys: values.GEMINI_API_KEYS, strategy: values.KEY_STRATEGY },
  upstream: upstream(values),
  chat: {
    systemPromptMode: values.SYSTEM_PROMPT_MODE,
    historyImages: values.HISTORY_IMAGE_SUBMIT_TYPE,
    modelAliases: values.MODEL_ALIASES,
    extraModels: values.EXTRA_MODELS,
    keepAliveMs: values.STREAM_KEEPALIVE_SECONDS * 1000,
  },
  dataFolder: dataFolder(values, facts),
  logLevel: values.LOG_LEVEL === '' ? (values.DEBUG ? 'debug' : 'info') : values.LOG_LEVEL,
  warnings: warningsOf(values, environment),
});

/** The environment as Config; Left lists every fault at once, each naming its setting and what is allowed there. */
export const readConfig = (environment: Environment, facts: StartFacts): E.Either<readonly string[], Config> =>
  pipe(
    readValues(environment),
    E.filterOrElse(
      (values) => together(values).length === 0,
      (values) => together(values),
    ),
    E.map((values) => arranged(values, environment, facts)),
  );

/** The variables of a `.env` file and of the process; the process wins. */
export const mergeEnvironment = (file: string | null, environment: Environment): Environment => ({
  ...(file === null ? {} : parseEnv(file)),
  ...environment,
});
