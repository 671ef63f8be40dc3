import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { InvalidCode, ProxyError } from '../../src/kernel/proxy-error.ts';
import { openaiErrors } from '../../src/openai/errors.ts';
import { errorFacts } from '../../src/wire/errors/error-facts.ts';
import type { ErrorKind } from '../../src/wire/errors/error-kinds.ts';
import { project } from '../support/recordings.ts';

type Samples = { readonly [T in ProxyError['tag']]: readonly Extract<ProxyError, { readonly tag: T }>[] };

const invalidCodes: Readonly<Record<InvalidCode, true>> = {
  invalid_value: true,
  missing_required_parameter: true,
  invalid_type: true,
  unsupported_parameter: true,
  unsupported_value: true,
  invalid_json: true,
  context_length_exceeded: true,
  content_policy_violation: true,
  previous_response_not_found: true,
  unsupported_tool: true,
};
const isInvalidCode = (code: string): code is InvalidCode => Object.hasOwn(invalidCodes, code);
const ofCaller = Object.keys(invalidCodes).filter(isInvalidCode).filter((code) => code !== 'context_length_exceeded');

/** Every error in every wording; a new tag does not compile without one. */
const samples: Samples = {
  NoPassword: [{ tag: 'NoPassword' }],
  WrongPassword: [{ tag: 'WrongPassword' }],
  DefaultPasswordRefused: [{ tag: 'DefaultPasswordRefused' }],
  TooManyGuesses: [{ tag: 'TooManyGuesses', retryAfterSeconds: 3 }],
  LimitReached: [
    { tag: 'LimitReached', limit: 'minute', most: 30, retryAfterSeconds: 3 },
    { tag: 'LimitReached', limit: 'day', most: 600, retryAfterSeconds: 3 },
    { tag: 'LimitReached', limit: 'minute', most: 3, retryAfterSeconds: 3, calls: 4 },
  ],
  InvalidRequest: ofCaller.map((code) => ({ tag: 'InvalidRequest', message: 'm', param: 'p', code })),
  NotKept: [{ tag: 'NotKept', message: 'm', param: 'input' }],
  NoSuchRoute: [{ tag: 'NoSuchRoute', method: 'GET', path: '/x' }],
  MethodNotAllowed: [{ tag: 'MethodNotAllowed', method: 'PUT', allowed: ['GET', 'POST'] }],
  Forbidden: [{ tag: 'Forbidden', message: 'm' }],
  NotOffered: [{ tag: 'NotOffered', message: 'm' }],
  NoSuchThing: [{ tag: 'NoSuchThing', message: 'm' }],
  BelongsApart: [{ tag: 'BelongsApart', message: 'm' }],
  BodyTooLarge: [{ tag: 'BodyTooLarge', mostBytes: 1_048_576 }],
  TooMuchHeld: [{ tag: 'TooMuchHeld', mostBytes: 1_048_576 }],
  TooMuchSent: [{ tag: 'TooMuchSent', mostBytes: 1_048_576, param: 'n' }],
  UnsupportedMedia: [{ tag: 'UnsupportedMedia', message: 'm' }],
  UnknownExpectation: [{ tag: 'UnknownExpectation' }],
  BodyTimeout: [{ tag: 'BodyTimeout' }],
  Busy: [{ tag: 'Busy', message: 'm' }],
  NoKeysConfigured: [{ tag: 'NoKeysConfigured' }],
  NoUsableKey: [{ tag: 'NoUsableKey', reasons: ['#1: r', '#2: r'] }, { tag: 'NoUsableKey', reasons: ['#1: r'], unpaid: true }],
  KeysExhausted: [{ tag: 'KeysExhausted', retryAfterSeconds: 5, forToday: false }, { tag: 'KeysExhausted', retryAfterSeconds: 5, forToday: true }],
  KeyRefused: [{ tag: 'KeyRefused', fault: 'leaked', reason: 'r' }, { tag: 'KeyRefused', fault: 'unpaid', reason: 'r' }],
  QuotaSpent: [
    { tag: 'QuotaSpent', period: 'day', retryAfterSeconds: null, quotaId: null },
    { tag: 'QuotaSpent', period: 'minute', retryAfterSeconds: 1, quotaId: null },
  ],
  GeminiInvalid: [
    { tag: 'GeminiInvalid', message: 'm', code: null },
    { tag: 'GeminiInvalid', message: 'm', code: 'context_length_exceeded' },
    { tag: 'GeminiInvalid', message: 'm', code: 'unsupported_parameter' },
  ],
  BadSignature: [{ tag: 'BadSignature' }],
  LocationRefused: [{ tag: 'LocationRefused' }],
  ModelNotFound: [
    { tag: 'ModelNotFound', model: 'gpt-4o', message: null, instead: 'gemini-flash-latest' },
    { tag: 'ModelNotFound', model: 'gemini-1.5-pro', message: null, instead: null },
    { tag: 'ModelNotFound', model: 'gemini-2.5-pro', message: 'm', instead: 'gemini-pro-latest' },
  ],
  GeminiFault: ([500, 502, 503, 504] as const).map((status) => ({ tag: 'GeminiFault', status, message: 'm' })),
  Unreachable: [{ tag: 'Unreachable', reason: 'ECONNREFUSED' }],
  TimedOut: [{ tag: 'TimedOut', phase: 'first byte' }, { tag: 'TimedOut', phase: 'idle' }],
  BadAnswer: [{ tag: 'BadAnswer', reason: 'r' }],
  EmptyAnswer: [{ tag: 'EmptyAnswer', finishReason: null, finishMessage: null }, { tag: 'EmptyAnswer', finishReason: 'OTHER', finishMessage: 'why' }],
  FaultyAnswer: [{ tag: 'FaultyAnswer', finishReason: 'MALFORMED_RESPONSE', finishMessage: null }],
  CutShort: [{ tag: 'CutShort', finishReason: 'MAX_TOKENS' }],
  Blocked: [{ tag: 'Blocked', what: 'prompt', reason: 'SAFETY', message: null }, { tag: 'Blocked', what: 'answer', reason: 'SAFETY', message: 'm' }],
  StreamCut: [{ tag: 'StreamCut' }],
  ShuttingDown: [{ tag: 'ShuttingDown' }],
  ClientGone: [{ tag: 'ClientGone' }],
  Defect: [{ tag: 'Defect', cause: new Error('x') }],
};

type Row = { readonly statuses: readonly string[]; readonly code: string | null; readonly message: RegExp; readonly text: string; readonly told: readonly string[] };

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

const rows: readonly Row[] = readFileSync(join(project, 'docs', 'errors.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| \d/.test(line))
  .map((line) => {
    const [statuses = '', code = '', message = '', ...told] = line.slice(2, -2).split(' | ');
    const pattern = message.split('…').map(escaped).join('[^]*');
    return { statuses: statuses.split(', '), code: code === '–' ? null : code.replaceAll('`', ''), message: new RegExp(`^${pattern}$`), text: message, told };
  });

const all: readonly ProxyError[] = Object.values(samples).flatMap((some): readonly ProxyError[] => some);

type Told = { readonly status: number; readonly message: string; readonly code: string | null };

const toldOf = (error: ProxyError): Told => {
  const { status, body } = openaiErrors.whole(error);
  const { message, code } = (JSON.parse(String(body)) as { readonly error: Omit<Told, 'status'> }).error;
  return { status, message, code };
};

const isOf = ({ status, message, code }: Told, row: Row): boolean => row.statuses.includes(String(status)) && row.code === code && row.message.test(message);

t.test('docs/errors.md holds every error as the service words it, and no other', (t) => {
  for (const error of all) {
    const told = toldOf(error);
    t.ok(rows.some((row) => isOf(told, row)), `${error.tag}: ${told.status} ${String(told.code)}: ${told.message}`);
  }
  for (const row of rows) {
    t.ok(all.some((error) => isOf(toldOf(error), row)), `${row.statuses.join()} ${String(row.code)} ${row.text} is given`);
    t.same([row.told.length, row.told.every((cell) => cell.length > 3)], [2, true], `${row.text}: in both languages`);
  }
  t.end();
});

t.test('both READMEs lead to the page', (t) => {
  for (const readme of ['README.md', 'README.zh-CN.md']) t.ok(readFileSync(join(project, readme), 'utf8').includes('(docs/errors.md)'), readme);
  t.end();
});

t.test('errors speak to people: no word of the wire, and a cure where the words are ours', (t) => {
  const cures = /: |wait|try again|choose|send|use|must|Choose|the client closed/;
  for (const error of all) {
    const { message } = toldOf(error);
    t.notMatch(message, /v1beta|INVALID_ARGUMENT|ListModels|generateContent|undefined|null/, error.tag);
    if (message !== 'm' && error.tag !== 'ClientGone' && error.tag !== 'NoSuchRoute') t.match(message, cures, `${error.tag}: ${message}`);
  }
  t.end();
});

/** The statuses of each kind: what another dialect's renderer can rest on. */
const statuses: Readonly<Record<ErrorKind, readonly number[]>> = {
  'invalid request': [400, 405, 408, 415, 417, 501],
  authentication: [401],
  permission: [403],
  'not found': [404],
  'too large': [413],
  'rate limit': [429],
  quota: [429],
  cancelled: [499],
  'no key': [503],
  overloaded: [503],
  upstream: [500, 502],
  timeout: [504],
  defect: [500],
};

t.test('every error is of one kind, which says its status, whether a wait helps, and who can mend it', (t) => {
  for (const error of all) {
    const { kind, status, code, headers } = errorFacts(error);
    const what = `${error.tag}: ${status} ${kind}`;
    t.ok(statuses[kind].includes(status), what);
    t.equal(kind === 'quota', code === 'insufficient_quota', what);
    t.equal(kind === 'no key', code === 'no_keys' || code === 'no_usable_key', what);
    if (kind === 'quota' || kind === 'no key') t.equal(headers['x-should-retry'], 'false', what);
    if (kind === 'rate limit') t.ok('retry-after' in headers || headers['x-should-retry'] === 'false', what);
  }
  const met = new Set(all.map((error) => errorFacts(error).kind));
  t.same([...met].toSorted(), Object.keys(statuses).toSorted(), 'no kind is without an error');
  t.end();
});
