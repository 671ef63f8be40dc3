import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { crc32 } from 'node:zlib';
import { startBucketServer, type Answer, type BucketServer, type Stored } from './bucket-server.ts';
import { readForm, type FormPart } from './form-data.ts';

/** The one account of the fake, and its one bucket. */
export const qiniuAccount = { accessKey: 'test-qiniu-access-key', secretKey: 'test-qiniu-secret-key', bucket: 'pictures' } as const;

export type QiniuFake = BucketServer & {
  readonly lookups: () => number;
  /** Answers this to region lookups from now on; null is the right answer again. */
  readonly lookupAnswers: (answer: Answer | 'never' | null) => void;
};

const json = (status: number, value: unknown): Answer => ({
  status,
  headers: { 'content-type': 'application/json', 'x-reqid': 'test-request' },
  text: JSON.stringify(value),
});

/** An answer of Qiniu's that says what went wrong. */
export const qiniuError = (status: number, error: string): Answer => json(status, { error });

const sha1 = (bytes: Buffer): Buffer => createHash('sha1').update(bytes).digest();
const urlSafe = (bytes: Buffer): string => bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_');
const blockSize = 4 * 1024 * 1024;

/** Qiniu's hash of a file: https://developer.qiniu.com/kodo/1231/appendix#qiniu-etag. */
export const qiniuHash = (bytes: Buffer): string => {
  const blocks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += blockSize) blocks.push(sha1(bytes.subarray(at, at + blockSize)));
  const digest = blocks.length <= 1 ? (blocks[0] ?? sha1(bytes)) : sha1(Buffer.concat(blocks));
  return urlSafe(Buffer.concat([Buffer.from([blocks.length <= 1 ? 0x16 : 0x96]), digest]));
};

type Policy = { readonly scope: string; readonly deadline: number; readonly insertOnly?: number };

const isPolicy = (value: unknown): value is Policy =>
  typeof value === 'object' &&
  value !== null &&
  'scope' in value &&
  typeof value.scope === 'string' &&
  'deadline' in value &&
  Number.isInteger(value.deadline);

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

const same = (one: string, other: string): boolean => one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));

/** Checks an upload token: https://developer.qiniu.com/kodo/1208/upload-token. Gives its policy, or the refusal. */
const policyOf = (token: string): Policy | Answer => {
  const [accessKey, signature = '', encoded = '', ...more] = token.split(':');
  const expected = urlSafe(createHmac('sha1', qiniuAccount.secretKey).update(encoded).digest());
  const policy = parsed(Buffer.from(encoded.replaceAll('-', '+').replaceAll('_', '/'), 'base64').toString('utf8'));
  if (more.length > 0 || accessKey !== qiniuAccount.accessKey || !same(signature, expected)) return qiniuError(401, 'bad token');
  if (!isPolicy(policy)) return qiniuError(401, 'bad token');
  return policy.deadline > Date.now() / 1000 ? policy : qiniuError(401, 'expired token');
};

const isAnswer = (value: Policy | Answer): value is Answer => 'status' in value;

/** Scope `bucket` lets new names in, `bucket:name` this one name, over what is there too. */
const scopeFault = ({ scope, insertOnly = 0 }: Policy, name: string, stored: ReadonlyMap<string, Stored>): Answer | null => {
  const colon = scope.indexOf(':');
  const bucket = colon === -1 ? scope : scope.slice(0, colon);
  if (bucket !== qiniuAccount.bucket) return qiniuError(631, 'no such bucket');
  if (colon !== -1 && scope.slice(colon + 1) !== name) return qiniuError(403, "key doesn't match with scope");
  return stored.has(name) && (colon === -1 || insertOnly !== 0) ? qiniuError(614, 'file exists') : null;
};

const textOf = (parts: readonly FormPart[], name: string): string | null =>
  parts.find((part) => part.name === name)?.bytes.toString('utf8') ?? null;

/** A form upload: https://developer.qiniu.com/kodo/1272/form-upload. */
const upload = (request: IncomingMessage, body: Buffer, stored: Map<string, Stored>): Answer => {
  if (request.method !== 'POST' || request.url !== '/') return qiniuError(404, 'not found');
  const parts = readForm(request.headers['content-type'] ?? '', body);
  const file = parts?.find(({ name }) => name === 'file');
  const token = parts === null ? null : textOf(parts, 'token');
  const name = parts === null ? null : textOf(parts, 'key');
  if (parts === null || file === undefined || name === null) return qiniuError(400, 'invalid multipart format');
  if (token === null) return qiniuError(401, 'token not specified');
  const policy = policyOf(token);
  if (isAnswer(policy)) return policy;
  const fault = scopeFault(policy, name, stored);
  if (fault !== null) return fault;
  const sum = textOf(parts, 'crc32');
  if (sum !== null && sum !== String(crc32(file.bytes))) return qiniuError(406, 'crc32 not match');
  stored.set(name, { type: file.type ?? 'application/octet-stream', bytes: file.bytes });
  return json(200, { hash: qiniuHash(file.bytes), key: name });
};

/** Where a bucket is, as https://uc.qiniuapi.com/v4/query answers. */
const regionAnswer = (query: URLSearchParams, host: string): Answer => {
  if (query.get('ak') !== qiniuAccount.accessKey || query.get('bucket') !== qiniuAccount.bucket) return qiniuError(612, 'no such bucket');
  const others = Object.fromEntries(['io', 'rs', 'rsf', 'api', 'uc'].map((service) => [service, { domains: [`${service}.example.com`] }]));
  const s3 = { domains: ['s3.example.com'], region_alias: 'cn-east-1' };
  return json(200, { hosts: [{ region: 'z0', ttl: 86_400, up: { domains: [host] }, s3, ...others }] });
};

/** Qiniu on this machine: region lookup and form upload, with checks of the token. */
export const startQiniuFake = async (): Promise<QiniuFake> => {
  const state: { lookups: number; answer: Answer | 'never' | null } = { lookups: 0, answer: null };
  const lookup = (request: IncomingMessage): Answer | 'never' | null => {
    const { pathname, searchParams, host } = new URL(request.url ?? '/', `http://${request.headers.host ?? ''}`);
    if (pathname !== '/v4/query') return null;
    state.lookups += 1;
    return state.answer ?? regionAnswer(searchParams, host);
  };
  const server = await startBucketServer({ lookup, upload });
  return {
    ...server,
    lookups: () => state.lookups,
    lookupAnswers: (answer) => {
      state.answer = answer;
    },
  };
};
