import t from 'tap';
import { failure, failureOf } from '../../src/gemini/failure.ts';
import type { ProxyError } from '../../src/kernel/proxy-error.ts';
import { keyFailures, keyRefusal } from '../support/gemini-emulator/key-failures.ts';

const model = 'gemini-3.8-flash';

const bodyOf = (status: string, message: string, details: readonly object[] = []): string => JSON.stringify({ error: { code: 1, message, status, details } });
const info = (reason: string): object => ({ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'googleapis.com' });
const quota = (...quotaIds: readonly string[]): object => ({ violations: quotaIds.map((quotaId) => ({ quotaId })) });
const retry = (retryDelay: unknown): object => ({ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay });

type Row = readonly [status: number, body: string, error: Partial<ProxyError>];

const invalidKey = { tag: 'KeyRefused', fault: 'invalid' } as const;
const denied = { tag: 'KeyRefused', fault: 'denied' } as const;
const refused = (code: string | null = null): Partial<ProxyError> => ({ tag: 'GeminiInvalid', code }) as Partial<ProxyError>;
const broken = (status: 500 | 502 | 503 | 504): Partial<ProxyError> => ({ tag: 'GeminiFault', status });

const keys: readonly Row[] = [
  [400, bodyOf('INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', [info('API_KEY_INVALID')]), invalidKey],
  [400, bodyOf('INVALID_ARGUMENT', 'Something else', [info('API_KEY_INVALID')]), invalidKey],
  [400, bodyOf('INVALID_ARGUMENT', 'API key expired. Please renew the API key.'), invalidKey],
  [401, bodyOf('UNAUTHENTICATED', 'Request had invalid authentication credentials.'), invalidKey],
  [403, bodyOf('PERMISSION_DENIED', "Method doesn't allow unregistered callers"), denied],
  [403, bodyOf('PERMISSION_DENIED', 'Your API key was reported as leaked. Please use another API key.'), { tag: 'KeyRefused', fault: 'leaked' }],
  [403, bodyOf('PERMISSION_DENIED', "Permission denied: Consumer 'api_key:x' has been suspended.", [info('CONSUMER_SUSPENDED')]), { tag: 'KeyRefused', fault: 'suspended' }],
  [403, bodyOf('PERMISSION_DENIED', 'Generative Language API has not been used in project 1 before', [info('SERVICE_DISABLED')]), denied],
  [403, bodyOf('PERMISSION_DENIED', 'Requests to this API are blocked.', [info('API_KEY_SERVICE_BLOCKED')]), denied],
  [403, '', denied],
  [403, '<html>Forbidden</html>', denied],
];

const quotas: readonly Row[] = [
  [429, bodyOf('RESOURCE_EXHAUSTED', 'Quota', [quota('GenerateRequestsPerMinutePerProjectPerModel-FreeTier'), retry('34.4s')]), { tag: 'QuotaSpent', period: 'minute', retryAfterSeconds: 34.4, quotaId: 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier' }],
  [429, bodyOf('RESOURCE_EXHAUSTED', 'Quota', [retry('600.5s'), quota('GenerateContentInputTokensPerModelPerMinute-FreeTier')]), { tag: 'QuotaSpent', period: 'minute', retryAfterSeconds: 600.5 }],
  [429, bodyOf('RESOURCE_EXHAUSTED', 'Quota', [quota('GenerateRequestsPerDayPerProjectPerModel-FreeTier'), retry('17s')]), { tag: 'QuotaSpent', period: 'day', retryAfterSeconds: null, quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier' }],
  [429, bodyOf('RESOURCE_EXHAUSTED', 'Quota', [quota('APerMinuteB', 'CPerDayD')]), { tag: 'QuotaSpent', period: 'day', quotaId: 'CPerDayD' }],
  [429, bodyOf('RESOURCE_EXHAUSTED', 'Quota', [{ metadata: { quota_limit: 'GenerateContentRequestsPerDay' } }]), { tag: 'QuotaSpent', period: 'day' }],
  [429, bodyOf('RESOURCE_EXHAUSTED', 'Resource has been exhausted (e.g. check quota).'), { tag: 'QuotaSpent', period: 'minute', retryAfterSeconds: null, quotaId: null }],
  [429, bodyOf('RESOURCE_EXHAUSTED', 'Quota', [quota('X'), retry('soon')]), { tag: 'QuotaSpent', retryAfterSeconds: null }],
  [429, bodyOf('RESOURCE_EXHAUSTED', 'Quota', [{ violations: [null, { quotaId: 5 }, {}] }, retry(5)]), { tag: 'QuotaSpent', period: 'minute', retryAfterSeconds: null, quotaId: null }],
  [429, '<html>Sorry...</html>', { tag: 'QuotaSpent', period: 'minute', retryAfterSeconds: null }],
  [429, '', { tag: 'QuotaSpent', period: 'minute' }],
];

const requests: readonly Row[] = [
  [400, bodyOf('FAILED_PRECONDITION', 'User location is not supported for the API use.'), { tag: 'LocationRefused' }],
  [400, bodyOf('FAILED_PRECONDITION', 'Gemini API free tier is not available in your country. Please enable billing'), { tag: 'LocationRefused', maybeElsewhere: true }],
  [404, bodyOf('NOT_FOUND', 'models/x is not found for API version v1beta, or is not supported for generateContent.'), { tag: 'ModelNotFound', model }],
  [404, bodyOf('NOT_FOUND', 'This model models/x is no longer available to new users.'), { tag: 'ModelNotFound', model, message: 'This model models/x is no longer available to new users.', maybeElsewhere: true }],
  [404, '<html>Not Found</html>', { tag: 'ModelNotFound', model, message: null }],
  [400, bodyOf('INVALID_ARGUMENT', `Invalid JSON payload received. Unknown name "x" at 'tools[0]': Cannot find field.`), refused()],
  [400, bodyOf('INVALID_ARGUMENT', 'Invalid thought signature.'), { tag: 'BadSignature' }],
  [400, bodyOf('INVALID_ARGUMENT', 'Corrupted thought signature.'), { tag: 'BadSignature' }],
  [400, bodyOf('INVALID_ARGUMENT', 'Function call is missing a thought_signature in functionCall parts.'), refused()],
  [400, bodyOf('INVALID_ARGUMENT', 'The input token count (9) exceeds the maximum number of tokens allowed (8).'), refused('context_length_exceeded')],
  [400, bodyOf('INVALID_ARGUMENT', 'Penalty is not enabled for models/x'), refused('unsupported_parameter')],
  [400, bodyOf('INVALID_ARGUMENT', 'Thinking level is not supported for this model.'), refused('unsupported_parameter')],
  [400, bodyOf('INVALID_ARGUMENT', "Function calling with a response mime type: 'application/json' is unsupported"), refused('unsupported_parameter')],
  [400, bodyOf('INVALID_ARGUMENT', 'Budget 0 is invalid. This model only works in thinking mode.'), refused()],
  [400, '', { tag: 'GeminiInvalid', message: 'no reason given.' }],
  [413, '<html>Too large</html>', refused()],
  [301, '', { tag: 'BadAnswer', reason: 'a redirect' }],
];

const hosts: readonly Row[] = [
  [500, bodyOf('INTERNAL', 'An internal error has occurred. Please retry'), broken(500)],
  [501, '', broken(500)],
  [502, '<html>502.</html>', broken(500)],
  [503, bodyOf('UNAVAILABLE', 'The model is overloaded. Please try again later.'), broken(503)],
  [504, bodyOf('DEADLINE_EXCEEDED', 'The request timed out.'), broken(504)],
  [408, '', broken(504)],
  [409, bodyOf('ABORTED', 'again'), broken(502)],
  [499, bodyOf('CANCELLED', 'cancelled'), broken(502)],
];

t.test('each refusal of Google has its error', (t) => {
  for (const [status, body, error] of [...keys, ...quotas, ...requests, ...hosts]) t.match(failure(status, body, model), error, `${status} ${body.slice(0, 120)}`);
  t.end();
});

t.test('an error in a list is the same error', (t) => {
  for (const [status, body, error] of [...keys, ...quotas, ...requests].filter(([, text]) => text.startsWith('{'))) t.match(failure(status, `[${body}]`, model), error, body);
  t.end();
});

t.test('inside a stream the code tells, else the word, else it is a fault of theirs', (t) => {
  const cases: readonly (readonly [Readonly<Record<string, unknown>>, Partial<ProxyError>])[] = [
    [{ code: 429, status: 'RESOURCE_EXHAUSTED', message: '' }, { tag: 'QuotaSpent' }],
    [{ code: null, status: 'RESOURCE_EXHAUSTED' }, { tag: 'QuotaSpent' }],
    [{ status: 'UNAVAILABLE' }, broken(503)],
    [{ status: 'DEADLINE_EXCEEDED' }, broken(504)],
    [{ status: 'INTERNAL' }, broken(500)],
    [{ status: 'UNIMPLEMENTED' }, broken(500)],
    [{ status: 'INVALID_ARGUMENT', message: 'no' }, { tag: 'GeminiInvalid', message: 'no' }],
    [{ status: 'OUT_OF_RANGE' }, refused()],
    [{ status: 'UNAUTHENTICATED' }, invalidKey],
    [{ status: 'PERMISSION_DENIED' }, denied],
    [{ status: 'NOT_FOUND' }, { tag: 'ModelNotFound', model }],
    [{ status: 'CANCELLED' }, broken(502)],
    [{ status: 'NEW_WORD' }, broken(500)],
    [{ status: 'constructor' }, broken(500)],
    [{}, broken(500)],
    [{ code: '503', status: 503, message: 503, details: 'none' }, broken(500)],
  ];
  for (const [error, expected] of cases) t.match(failureOf(error, null, model), expected, JSON.stringify(error));
  t.end();
});

const secrets = ['AIzaSyA-made-up-key_0123456789', 'AQ.Ab8-made-up_key', 'made-up-of-another-form', '123456789012', 'my-project-42', 'console.developers.google.com'];

const leaky: readonly string[] = [
  'API key AIzaSyA-made-up-key_0123456789 is odd',
  'the key AQ.Ab8-made-up_key, is odd',
  "Consumer 'api_key:AIzaSyA-made-up-key_0123456789' is odd",
  'consumer api_key:AQ.Ab8-made-up_key is odd',
  'consumer api_key:made-up-of-another-form is odd',
  'in project 123456789012 before',
  'consumer projects/123456789012 is odd',
  'consumer project_number:123456789012 is odd',
  'in projects/my-project-42/locations',
  'visit https://console.developers.google.com/apis?project=123456789012 then',
  `${'x'.repeat(985)} AIzaSyA-made-up-key_0123456789`,
];

t.test('a text that is passed on holds no key, project or link', (t) => {
  for (const message of leaky)
    for (const status of [400, 404]) {
      const told = JSON.stringify(failure(status, bodyOf('INVALID_ARGUMENT', message), model));
      for (const secret of secrets) t.notOk(told.includes(secret), `${status} ${message.slice(-60)}`);
      t.notMatch(told, /AIza|AQ\./);
    }
  t.end();
});

t.test('a long text is cut, and an ordinary one stays as it is', (t) => {
  const told = failure(400, bodyOf('INVALID_ARGUMENT', 'long '.repeat(10_000)), model);
  t.ok(JSON.stringify(told).length < 1200);
  for (const message of ["Invalid value at 'contents[0].parts[1]' (oneof), 7", '* GenerateContentRequest.contents: contents is not specified\n', 'Please ensure that multiturn requests alternate'])
    t.match(failure(400, bodyOf('INVALID_ARGUMENT', message), model), { message });
  t.end();
});

t.test('no failure of a key tells the key or the project', (t) => {
  for (const kind of keyFailures) {
    const { status, body } = keyRefusal(kind, { key: 'AIza-made-up', model });
    t.notMatch(JSON.stringify(failure(status, body, model)), /AIza-made-up|123456789012/, kind);
  }
  t.end();
});
