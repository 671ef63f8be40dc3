import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { E } from './kernel/fp.ts';
import { secret, type Secret } from './kernel/secret.ts';
import type { LogLevel } from './ports/capabilities.ts';
import { isOnHostingPlatform } from './config/hosting-platform.ts';
import { imageStore, ownImages, type ImageStore, type OwnImages } from './config/image-keeping.ts';
import type { ConfiguredKey } from './config/key-list.ts';
import { areAllRead, readValues } from './config/read-values.ts';
import { defaultBudget, type MemoryFacts } from './config/default-budget.ts';
import { namesOf, settings, type Values } from './config/settings.ts';
import { warningsOf } from './config/warnings.ts';
import { textOf, type Environment } from './config/text-of.ts';

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
    readonly memoryBudgetBytes: number;
    readonly mostExchanges: number;
    readonly trustProxyHops: number;
    readonly corsOrigins: '*' | readonly string[];
    /** Null = by how many descriptors there are. */
    readonly mostConnections: number | null;
    /** Null = half of all. */
    readonly mostConnectionsPerAddress: number | null;
  };
  readonly callers: {
    readonly password: Secret;
    readonly allowDefaultPassword: boolean;
    readonly onHostingPlatform: boolean;
  };
  readonly limits: { readonly perMinute: number; readonly perDayPerAddress: number };
  readonly keys: { readonly keys: readonly ConfiguredKey[]; readonly strategy: 'round-robin' | 'sticky' };
  readonly upstream: {
    readonly baseUrl: string;
    readonly proxies: {
      readonly httpsProxy: string | null;
      readonly httpProxy: string | null;
      readonly noProxy: string | null;
    };
    readonly connectTimeoutMs: number;
    readonly firstByteTimeoutMs: number;
    readonly idleTimeoutMs: number;
  };
  readonly translation: {
    readonly systemPromptMode: 'leading' | 'instruction' | 'user';
    readonly historyImages: 'last' | 'all';
    readonly modelAliases: ReadonlyMap<string, string>;
    /** Claude's names, for Anthropic's API. */
    readonly claudeModels: ReadonlyMap<string, string>;
    readonly extraModels: readonly string[];
    readonly keepAliveMs: number;
    readonly imageReplyFormat: 'markdown' | 'images' | 'data-url';
    readonly blockedReply: 'error' | 'choice';
    readonly showThoughts: boolean;
    /** Google's own API has agents and their kin. */
    readonly nativeAgents: boolean;
  };
  readonly images: {
    readonly store: ImageStore;
    readonly own: OwnImages;
    /** How long a link to one of our own lasts; 0 = for ever. */
    readonly linkTtlSeconds: number;
    /** Base of the links to local pictures; null = the request's own host. */
    readonly hostUrl: string | null;
    readonly fetch: { readonly timeoutMs: number; readonly mostBytes: number; readonly allowPrivate: boolean };
  };
  /** Kept answers of the Responses API; null keeps none. */
  readonly responses: {
    readonly onDisk: boolean;
    readonly mostResponses: number;
    readonly mostBytes: number;
    readonly longestMs: number;
  } | null;
  readonly dataFolder: string;
  readonly redisUrl: Secret | null;
  readonly logLevel: LogLevel;
  /** All that must never be written anywhere. */
  readonly secrets: readonly Secret[];
  /** What the owner should hear at the start, in words. */
  readonly warnings: readonly string[];
};

/** What the settings are read beside. */
export type StartFacts = {
  readonly packageVersion: string;
  readonly isWritable: (folder: string) => boolean;
  readonly memory: MemoryFacts;
};

const mebibyte = 1_048_576;

const findContradictions = ({
  MAX_BODY_MB: body = 0,
  MEMORY_BUDGET_MB: budget = null,
}: Partial<Values>): readonly string[] =>
  budget !== null && budget < body ? ['MEMORY_BUDGET_MB must not be below MAX_BODY_MB.'] : [];

const serverConfig = (values: Values, environment: Environment, memory: MemoryFacts): Config['server'] => ({
  host: values.HOST,
  port: values.PORT,
  headersTimeoutMs: values.HEADERS_TIMEOUT_MS,
  requestTimeoutMs: values.REQUEST_TIMEOUT_MS,
  drainTimeoutMs: values.DRAIN_TIMEOUT_MS,
  mostBodyBytes: values.MAX_BODY_MB * mebibyte,
  memoryBudgetBytes: values.MEMORY_BUDGET_MB === null ? defaultBudget(memory) : values.MEMORY_BUDGET_MB * mebibyte,
  mostExchanges: values.MAX_CONCURRENT_REQUESTS,
  trustProxyHops: values.TRUST_PROXY_HOPS ?? (textOf('SPACE_ID', environment) === '' ? 0 : 1),
  corsOrigins: values.CORS_ORIGINS,
  mostConnections: values.MAX_CONNECTIONS,
  mostConnectionsPerAddress: values.MAX_CONNECTIONS_PER_IP,
});

const upstreamConfig = (values: Values): Config['upstream'] => ({
  baseUrl: values.GEMINI_BASE_URL,
  proxies: { httpsProxy: values.HTTPS_PROXY, httpProxy: values.HTTP_PROXY, noProxy: values.NO_PROXY },
  connectTimeoutMs: values.UPSTREAM_CONNECT_TIMEOUT_MS,
  firstByteTimeoutMs: values.UPSTREAM_FIRST_BYTE_TIMEOUT_MS,
  idleTimeoutMs: values.UPSTREAM_IDLE_TIMEOUT_MS,
});

const translationConfig = (values: Values): Config['translation'] => ({
  systemPromptMode: values.SYSTEM_PROMPT_MODE,
  historyImages: values.HISTORY_IMAGE_SUBMIT_TYPE,
  modelAliases: values.MODEL_ALIASES,
  claudeModels: values.CLAUDE_MODELS,
  extraModels: values.EXTRA_MODELS,
  keepAliveMs: values.STREAM_KEEPALIVE_SECONDS * 1000,
  imageReplyFormat: values.IMAGE_REPLY_FORMAT,
  blockedReply: values.BLOCKED_REPLY,
  showThoughts: values.SHOW_THOUGHTS,
  nativeAgents: values.NATIVE_AGENTS,
});

/** Hugging Face sets SPACE_HOST to the Space's host name. */
const hostUrl = ({ HOST_URL }: Values, environment: Environment): string | null => {
  const spaceHost = textOf('SPACE_HOST', environment);
  return HOST_URL ?? (/^[\w.-]+$/.test(spaceHost) ? `https://${spaceHost}` : null);
};

type ImagesBeside = Pick<Config['images'], 'store' | 'hostUrl'> & { readonly dataFolder: string };

const imageConfig = (values: Values, { store, hostUrl: base, dataFolder }: ImagesBeside): Config['images'] => ({
  store,
  own: ownImages(values, values.IMAGE_STORAGE_DIR ?? join(dataFolder, 'images')),
  linkTtlSeconds: values.IMAGE_LINK_TTL,
  hostUrl: base,
  fetch: {
    timeoutMs: values.IMAGE_FETCH_TIMEOUT_MS,
    mostBytes: values.IMAGE_FETCH_MAX_MB * mebibyte,
    allowPrivate: values.ALLOW_PRIVATE_IMAGE_URLS,
  },
});

const responsesConfig = (values: Values): Config['responses'] =>
  values.RESPONSE_STORE === 'off'
    ? null
    : {
        onDisk: values.RESPONSE_STORE === 'disk',
        mostResponses: values.RESPONSE_STORE_MAX,
        mostBytes: values.RESPONSE_STORE_MB * mebibyte,
        longestMs: values.RESPONSE_STORE_HOURS * 3_600_000,
      };

/** The password in an address, as it stands there. */
const passwordIn = (address: string | null): readonly Secret[] => {
  const { password } = new URL(address ?? 'http://localhost');
  return password === '' ? [] : [secret(password)];
};

const secretsOf = (values: Values): readonly Secret[] => [
  values.PASSWORD,
  ...values.GEMINI_API_KEYS.map((key) => key.secret),
  ...[values.QINIU_ACCESS_KEY, values.QINIU_SECRET_KEY, values.TENCENT_SECRET_ID, values.TENCENT_SECRET_KEY].filter(
    (value) => value !== null,
  ),
  ...[values.HTTPS_PROXY, values.HTTP_PROXY, values.REDIS_URL?.reveal() ?? null].flatMap(passwordIn),
];

/** The environment as Config; Left lists every fault at once, each naming its setting and what is allowed there. */
export const readConfig = (environment: Environment, facts: StartFacts): E.Either<readonly string[], Config> => {
  const { values, faults } = readValues(environment);
  const dataFolder = values.DATA_DIR ?? (facts.isWritable('/data') ? '/data' : 'data');
  const store = imageStore(values);
  const all = [...faults, ...(E.isLeft(store) ? store.left : []), ...findContradictions(values)];
  if (all.length > 0 || E.isLeft(store) || !areAllRead(values)) return E.left(all);
  return E.right({
    version: values.VERSION ?? facts.packageVersion,
    server: serverConfig(values, environment, facts.memory),
    callers: {
      password: values.PASSWORD,
      allowDefaultPassword: values.ALLOW_DEFAULT_PASSWORD,
      onHostingPlatform: isOnHostingPlatform(environment),
    },
    limits: { perMinute: values.MAX_REQUESTS_PER_MINUTE, perDayPerAddress: values.MAX_REQUESTS_PER_DAY_PER_IP },
    keys: { keys: values.GEMINI_API_KEYS, strategy: values.KEY_STRATEGY },
    upstream: upstreamConfig(values),
    translation: translationConfig(values),
    images: imageConfig(values, { store: store.right, hostUrl: hostUrl(values, environment), dataFolder }),
    responses: responsesConfig(values),
    dataFolder,
    redisUrl: values.REDIS_URL,
    logLevel: values.LOG_LEVEL ?? (values.DEBUG ? 'debug' : 'info'),
    secrets: secretsOf(values),
    warnings: warningsOf(values, environment),
  });
};

/** All names of the setting that is also known as `name`. */
const familyOf = (name: string): readonly string[] =>
  Object.entries(settings)
    .map(([own, setting]) => namesOf(own, setting))
    .find((names) => names.includes(name)) ?? [name];

/**
 * The variables of a `.env` file (null = there is none) and of the process. The process wins, also where it uses
 * another name of the same setting; what is empty there counts as unset.
 */
export const mergeEnvironment = (file: string | null, environment: Environment): Environment => {
  const fromFile = Object.entries(file === null ? {} : parseEnv(file.replace(/^\ufeff/, '')));
  const isFree = (name: string): boolean => familyOf(name).every((known) => textOf(known, environment) === '');
  return { ...environment, ...Object.fromEntries(fromFile.filter(([name]) => isFree(name))) };
};
