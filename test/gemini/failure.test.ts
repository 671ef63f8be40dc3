import fc from 'fast-check';
import t from 'tap';
import { errorFromAnswer, failureOf } from '../../src/gemini/error-from-answer.ts';
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

const elsewhere: Partial<ProxyError> = { tag: 'ModelNotFound', model, maybeElsewhere: true };

const keys: readonly Row[] = [
  [400, bodyOf('INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', [info('API_KEY_INVALID')]), invalidKey],
  [400, bodyOf('INVALID_ARGUMENT', 'Something else', [info('API_KEY_INVALID')]), invalidKey],
  [400, bodyOf('INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.'), invalidKey],
  [400, bodyOf('INVALID_ARGUMENT', 'API key expired. Please renew the API key.'), invalidKey],
  [401, bodyOf('UNAUTHENTICATED', 'Whatever', [info('ACCESS_TOKEN_TYPE_UNSUPPORTED')]), invalidKey],
  [401, bodyOf('UNAUTHENTICATED', 'Something about credentials.'), invalidKey],
  [401, bodyOf('UNAUTHENTICATED', ''), invalidKey],
  [403, bodyOf('PERMISSION_DENIED', "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API."), invalidKey],
  [403, bodyOf('PERMISSION_DENIED', 'Your API key was reported as leaked. Please use another API key.'), { tag: 'KeyRefused', fault: 'leaked' }],
  [403, bodyOf('PERMISSION_DENIED', "Permission denied: Consumer 'api_key:x' has been suspended.", [info('CONSUMER_SUSPENDED')]), { tag: 'KeyRefused', fault: 'suspended' }],
  [403, bodyOf('PERMISSION_DENIED', "Permission denied: Consumer 'api_key:AIza-made-up_key.1' has been suspended."), { tag: 'KeyRefused', fault: 'suspended' }],
  [403, bodyOf('PERMISSION_DENIED', 'Generative Language API has not been used in project 1 before', [info('SERVICE_DISABLED')]), denied],
  [403, bodyOf('PERMISSION_DENIED', 'Generative Language API has not been used in project 123456789012 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/generativelanguage.googleapis.com/overview?project=123456789012 then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.'), denied],
  [403, bodyOf('PERMISSION_DENIED', 'Requests to this API are blocked.', [info('API_KEY_SERVICE_BLOCKED')]), denied],
];

/** A verdict on a key needs Google's word for machines, or a whole message of theirs: nothing a request can bring about. */
const innocent: readonly Row[] = [
  [403, bodyOf('PERMISSION_DENIED', 'The caller does not have permission'), elsewhere],
  [403, bodyOf('PERMISSION_DENIED', 'Permission denied on resource', [{ ...info('IAM_PERMISSION_DENIED'), domain: 'aiplatform.googleapis.com' }]), { tag: 'NoUsableKey', maybeElsewhere: true }],
  [403, bodyOf('PERMISSION_DENIED', 'No.', [{ ...info('API_KEY_INVALID'), domain: 'example.org' }]), elsewhere],
  [403, bodyOf('PERMISSION_DENIED', 'You do not have permission to access the File abc-123 or it may not exist.'), { tag: 'GeminiInvalid', message: /the file abc-123 is not there/ } as unknown as Partial<ProxyError>],
  [403, bodyOf('PERMISSION_DENIED', 'CachedContent not found (or permission denied)'), { tag: 'GeminiInvalid', message: /the cached content is not there/ } as unknown as Partial<ProxyError>],
  [404, bodyOf('NOT_FOUND', 'models/SERVICE_DISABLED is not found for API version v1beta, or is not supported for generateContent. Call ListModels'), { tag: 'ModelNotFound' }],
  [400, bodyOf('INVALID_ARGUMENT', 'Unsupported MIME type: x/has been suspended'), refused()],
  [400, bodyOf('INVALID_ARGUMENT', 'User says: API key not valid. Please pass a valid API key.'), refused()],
  [400, bodyOf('INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key. is no model'), refused()],
];

/** What is not Google's error object says nothing of keys, models and quotas: it came from something on the way. */
const pages: readonly Row[] = [400, 401, 403, 404, 407, 413, 429, 451, 500, 501, 502, 503, 504].flatMap((status) =>
  ['', '<html>Forbidden</html>', 'API key not valid. Please pass a valid API key.', '"API_KEY_INVALID"', '{"error":"API_KEY_INVALID"}', '{"error":{"message":"API key not valid. Please pass a valid API key.","code":"x"}}', '{"detail":"no"}', '[]', 'null']
    .map((body): Row => [status, body, broken(status === 429 || status === 503 ? 503 : 502)]),
);

const quotas: readonly Row[] = [
  [429, bodyOf('RESOURCE_EXHAUSTED', 'Quota', [quota('GenerateRequestsPerMinutePerProjectPerModel-FreeTier'), retry('34.4s')]), { tag: 'QuotaSpent', period: 'minute', retryAfterSeconds: 34.4, quotaId: 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier' }],
  [429, bodyOf('RESOURCE_EXHAUSTED', 'Quota', [retry('600.5s'), quota('GenerateContentInputTokensPerModelPerMinute-FreeTier')]), { tag: 'QuotaSpent', period: 'minute', retryAfterSeconds: 600.5 }],
  [429, bodyOf('RESOURCE_EXHAUSTED', 'Quota', [quota('GenerateRequestsPerDayPerProjectPerModel-FreeTier'), retry('17s')]), { tag: 'QuotaSpent', period: 'day', retryAfterSeconds: null, quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier' }],
  [429, bodyOf('RESOURCE_EXHAUSTED', 'Quota', [{ violations: [{ quotaId: 'GenerateContentInputTokensPerModelPerMinute-FreeTier', quotaValue: '0' }] }, retry('20s')]), { tag: 'QuotaSpent', period: 'day', retryAfterSeconds: null, isOfTokens: undefined }],
  [429, bodyOf('RESOURCE_EXHAUSTED', 'Quota', [{ violations: [{ quotaValue: '0' }] }, retry('20s')]), { tag: 'QuotaSpent', period: 'day', quotaId: null }],
  [429, bodyOf('RESOURCE_EXHAUSTED', 'limit: 0', [{ violations: [{ quotaId: 'APerMinuteB', quotaValue: '10' }] }, retry('20s')]), { tag: 'QuotaSpent', period: 'minute', retryAfterSeconds: 20 }],
  [429, bodyOf('RESOURCE_EXHAUSTED', 'Quota', [quota('APerMinuteB', 'CPerDayD')]), { tag: 'QuotaSpent', period: 'day', quotaId: 'CPerDayD' }],
  [429, bodyOf('RESOURCE_EXHAUSTED', 'Quota', [{ metadata: { quota_limit: 'GenerateContentRequestsPerDay' } }]), { tag: 'QuotaSpent', period: 'day' }],
  [429, bodyOf('RESOURCE_EXHAUSTED', 'Quota', [{ violations: [{ quotaDimensions: { model: 'PerDay' } }] }]), { tag: 'QuotaSpent', period: 'minute' }],
  [429, bodyOf('RESOURCE_EXHAUSTED', 'models/PerDay', [quota('not PerDay but a sentence')]), { tag: 'QuotaSpent', period: 'minute', quotaId: null }],
  [429, bodyOf('RESOURCE_EXHAUSTED', 'Resource has been exhausted (e.g. check quota).'), { tag: 'QuotaSpent', period: 'minute', retryAfterSeconds: null, quotaId: null }],
  ...['soon', '-5s', '1e99s', 'Infinitys', 'NaNs', '5', `${'9'.repeat(400)}s`].map((delay): Row => [429, bodyOf('RESOURCE_EXHAUSTED', 'Quota', [quota('X'), retry(delay)]), { tag: 'QuotaSpent', retryAfterSeconds: null }]),
  [429, bodyOf('RESOURCE_EXHAUSTED', 'Quota', [quota('X'), retry('999999999999s')]), { tag: 'QuotaSpent', retryAfterSeconds: 86_400 }],
  [429, bodyOf('RESOURCE_EXHAUSTED', 'Quota', [{ violations: [null, { quotaId: 5 }, {}] }, retry(5)]), { tag: 'QuotaSpent', period: 'minute', retryAfterSeconds: null, quotaId: null }],
];

const unpaid = { tag: 'KeyRefused', fault: 'unpaid' } as const;

/** No minute heals these: somebody must pay. */
const money: readonly Row[] = [
  ...[
    'Your prepayment credits are depleted. Please go to AI Studio at https://ai.studio/projects to manage your project and billing.',
    'Your prepayment credits are depleted.',
    'Your prepaid credits have been depleted. Please go to AI Studio to add credit.',
    'Your project has exceeded its monthly spending cap. Please go to AI Studio at https://ai.studio/spend to manage your project spend cap. Learn more at https://ai.google.dev/gemini-api/docs/billing#project-spend-caps',
    'You have reached your monthly spending cap.',
    'Prepayment credits are depleted',
    'Monthly spending cap reached. Please try again next month.',
  ].map((message): Row => [429, bodyOf('RESOURCE_EXHAUSTED', message, [retry('3s')]), unpaid]),
  [429, bodyOf('RESOURCE_EXHAUSTED', 'Quota', [info('PREPAYMENT_CREDITS_DEPLETED')]), unpaid],
  [429, bodyOf('RESOURCE_EXHAUSTED', 'Quota', [quota('MonthlySpendCapPerProject'), retry('3s')]), unpaid],
  [429, bodyOf('RESOURCE_EXHAUSTED', 'Quota', [quota('RequestsPerMonthPerProject'), retry('3s')]), { tag: 'QuotaSpent', period: 'day' }],
  [403, bodyOf('PERMISSION_DENIED', 'This API method requires billing to be enabled.', [info('BILLING_DISABLED')]), unpaid],
  [429, bodyOf('RESOURCE_EXHAUSTED', 'models/Your prepayment credits are depleted. is limited'), { tag: 'QuotaSpent', period: 'minute' }],
  [429, bodyOf('RESOURCE_EXHAUSTED', 'Quota exceeded for "Your prepayment credits are depleted."'), { tag: 'QuotaSpent', period: 'minute' }],
  [400, bodyOf('INVALID_ARGUMENT', 'Your prepayment credits are depleted.'), refused()],
];

const requests: readonly Row[] = [
  [400, bodyOf('FAILED_PRECONDITION', 'User location is not supported for the API use.'), { tag: 'LocationRefused' }],
  [400, bodyOf('FAILED_PRECONDITION', 'Gemini API free tier is not available in your country. Please enable billing'), { tag: 'LocationRefused', maybeElsewhere: true }],
  [404, bodyOf('NOT_FOUND', 'models/x is not found for API version v1beta, or is not supported for generateContent.'), { tag: 'ModelNotFound', model, message: null }],
  [404, bodyOf('NOT_FOUND', 'models/file is not found for API version v1beta, or is not supported for generateContent.'), { tag: 'ModelNotFound', model, message: null }],
  [404, bodyOf('NOT_FOUND', 'This model models/x is no longer available to new users. Please update your code.'), { tag: 'ModelNotFound', model, message: `The model '${model}' is no longer available to new users of Google's API.`, maybeElsewhere: true }],
  [400, bodyOf('INVALID_ARGUMENT', `Invalid JSON payload received. Unknown name "x" at 'tools[0]': Cannot find field.`), refused()],
  [400, bodyOf('INVALID_ARGUMENT', 'Invalid thought signature.'), { tag: 'BadSignature' }],
  [400, bodyOf('INVALID_ARGUMENT', 'Corrupted thought signature.'), { tag: 'BadSignature' }],
  [400, bodyOf('INVALID_ARGUMENT', 'Function call is missing a thought_signature in functionCall parts.'), refused()],
  [400, bodyOf('INVALID_ARGUMENT', 'The input token count (9) exceeds the maximum number of tokens allowed (8).'), refused('context_length_exceeded')],
  [400, bodyOf('INVALID_ARGUMENT', 'Penalty is not enabled for models/x'), refused('unsupported_parameter')],
  [400, bodyOf('INVALID_ARGUMENT', 'Thinking level is not supported for this model.'), refused('unsupported_parameter')],
  [400, bodyOf('INVALID_ARGUMENT', "Function calling with a response mime type: 'application/json' is unsupported"), refused('unsupported_parameter')],
  [400, bodyOf('INVALID_ARGUMENT', 'Budget 0 is invalid. This model only works in thinking mode.'), refused()],
  [400, bodyOf('INVALID_ARGUMENT', ''), { tag: 'GeminiInvalid', message: 'no reason given.' }],
  [400, bodyOf('INVALID_ARGUMENT', 'my-project-42: 123456789012'), { tag: 'GeminiInvalid', message: 'its reason is not shown, since it may name what belongs to the owner of the key.' }],
  [301, '', { tag: 'BadAnswer', reason: 'a redirect' }],
];

const hosts: readonly Row[] = [
  [500, bodyOf('INTERNAL', 'An internal error has occurred. Please retry'), broken(500)],
  [501, bodyOf('UNIMPLEMENTED', 'no'), broken(500)],
  [503, bodyOf('UNAVAILABLE', 'The model is overloaded. Please try again later.'), broken(503)],
  [504, bodyOf('DEADLINE_EXCEEDED', 'The request timed out.'), broken(504)],
  [409, bodyOf('ABORTED', 'again'), broken(502)],
  [499, bodyOf('CANCELLED', 'cancelled'), broken(502)],
  [500, bodyOf('INTERNAL', 'API key not valid. Please pass a valid API key.', [info('API_KEY_INVALID')]), broken(500)],
];

t.test('each refusal of Google has its error', (t) => {
  for (const [status, body, error] of [...keys, ...innocent, ...pages, ...quotas, ...money, ...requests, ...hosts]) t.match(errorFromAnswer(status, body, model), error, `${status} ${body.slice(0, 120)}`);
  t.end();
});

t.test('an error in a list is the same error', (t) => {
  for (const [status, body, error] of [...keys, ...innocent, ...quotas, ...money, ...requests].filter(([, text]) => text.startsWith('{'))) t.match(errorFromAnswer(status, `[${body}]`, model), error, body);
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
    [{ status: 'PERMISSION_DENIED' }, elsewhere],
    [{ status: 'INVALID_ARGUMENT', details: [info('API_KEY_INVALID')] }, invalidKey],
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

const secrets = ['gemini-shop-prod', '447812000', 'ACME', 'AIzaSyA-made-up-key_0123456789', 'AQ.Ab8-made-up_key', 'made-up-of-another-form', '123456789012', 'my-project-42', 'plainproject', 'console.developers.google.com', 'owner@example.org', 'gserviceaccount', 'a-bucket', 'secret.txt', '203.0.113.7', '2001:db8::7', '10.0.0.5', 'internal.example.org'];

const leaky: readonly string[] = [
  'API key AIzaSyA-made-up-key_0123456789 is odd',
  'the key AQ.Ab8-made-up_key, is odd',
  "Consumer 'api_key:AIzaSyA-made-up-key_0123456789' is odd",
  'consumer api_key:made-up-of-another-form is odd',
  'in project 123456789012 before',
  'consumer project_number:123456789012 is odd',
  'in projects/my-project-42/locations',
  'the project plainproject has no access to it',
  'the project gemini-shop-prod, models/gemini-shop-prod, gemini-447812000 or ACME_PROD ACME is over its quota',
  'project=my-project-42, (my-project-42), "my-project-42".',
  'service-123456789012@gcp-sa-x.iam.gserviceaccount.com does not have storage.objects.get access to gs://a-bucket/secret.txt.',
  'write to owner@example.org',
  'visit https://console.developers.google.com/apis?project=123456789012 then',
  'the address 203.0.113.7 (or 10.0.0.5, [2001:db8::7]) is blocked by internal.example.org:8080',
  `${'x'.repeat(985)} AIzaSyA-made-up-key_0123456789`,
];

t.test('a text that is passed on holds no key, project, account, bucket, address or link', (t) => {
  for (const message of leaky)
    for (const status of [400, 401, 403, 404, 413, 429, 500]) {
      const told = JSON.stringify(errorFromAnswer(status, bodyOf('INVALID_ARGUMENT', message), model));
      for (const secret of secrets) t.notOk(told.includes(secret), `${status} ${message.slice(-60)}`);
      t.notMatch(told, /AIza|AQ\./);
    }
  t.end();
});

const helpful: readonly string[] = [
  "Invalid value at 'contents[0].parts[1]' (oneof), 7",
  `Invalid value at 'generation_config.response_schema.enum[0]' (TYPE_STRING), 7`,
  `Invalid JSON payload received. Unknown name "exclusiveMinimum" at 'tools[0].function_declarations[6].parameters.properties[3].value': Cannot find field.`,
  '* GenerateContentRequest.contents: contents is not specified\n',
  '* GenerateContentRequest.tools[0].function_declarations[0].name: Invalid function name. Must start with a letter or an underscore.',
  'Please ensure that multiturn requests alternate between user and model.',
  'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.',
  'Please use a valid role: user, model.',
  'The input token count (3475108) exceeds the maximum number of tokens allowed (1048576).',
  'Penalty is not enabled for models/gemini-2.5-flash',
  'Multiple candidates is not enabled for this model',
  'Thinking level MINIMAL is not supported for this model.',
  'The thinking budget 64 is invalid. Please choose a value between 128 and 32768.',
  'Budget 0 is invalid. This model only works in thinking mode.',
  "Function calling with a response mime type: 'application/json' is unsupported",
  'Unsupported MIME type: application/octet-stream',
  'Request contains an invalid argument.',
  `Penalty is not enabled for models/${model}`,
  'Penalty is not enabled for models/gemini-3-pro-image-preview',
  'models/gemma-3-27b-it and gemini-2.5-flash-preview-09-2025 take no tools.',
  'Unable to process input image. Please retry.',
  'The document has no pages.',
  'Request payload size exceeds the limit: 20971520 bytes.',
];

t.test('what is wrong with a request is told in Google\'s own words', (t) => {
  const told = errorFromAnswer(400, bodyOf('INVALID_ARGUMENT', 'long '.repeat(10_000)), model);
  t.ok(JSON.stringify(told).length < 1200, 'up to a length');
  for (const message of helpful) t.match(errorFromAnswer(400, bodyOf('INVALID_ARGUMENT', message), model), { message });
  t.end();
});

/** Texts that would blame a key if they stood where Google's own words do. */
const blames = ['API_KEY_INVALID', 'SERVICE_DISABLED', 'CONSUMER_SUSPENDED', 'API key not valid. Please pass a valid API key.', "Consumer 'api_key:x' has been suspended.", 'Your API key was reported as leaked. Please use another API key.', 'Your prepayment credits are depleted.', 'PerDay', 'GenerateRequestsPerDayPerProjectPerModel'];

const wholeMessages: ReadonlySet<string> = new Set(blames);

t.test('law: whatever a caller can bring into an error moves neither a key nor a day', (t) => {
  const own = fc.oneof(fc.constantFrom(...blames), fc.string({ maxLength: 40 }));
  const words = fc.tuple(own, fc.constantFrom('', ' ', "'", '"', '\n', 'models/'), own).map(([one, between, two]) => `${one}${between}${two}`);
  const detail = fc.oneof(
    fc.record({ '@type': fc.constant('type.googleapis.com/google.rpc.BadRequest'), fieldViolations: fc.array(fc.record({ field: words, description: words, reason: words })) }),
    fc.record({ '@type': fc.constant('type.googleapis.com/google.rpc.DebugInfo'), detail: words }),
    fc.record({ '@type': fc.constant('type.googleapis.com/google.rpc.ErrorInfo'), reason: words, domain: fc.constantFrom('example.org', 'aiplatform.googleapis.com', '') }),
    fc.record({ '@type': fc.constant('type.googleapis.com/google.rpc.QuotaFailure'), violations: fc.array(fc.record({ quotaDimensions: fc.record({ model: words }), description: words })) }),
  );
  const statuses = ['INVALID_ARGUMENT', 'PERMISSION_DENIED', 'NOT_FOUND', 'RESOURCE_EXHAUSTED', 'UNAUTHENTICATED', 'UNAVAILABLE', 'INTERNAL'];
  const error = fc.record({ message: words, status: fc.constantFrom(...statuses), details: fc.array(detail, { maxLength: 3 }) });
  fc.assert(
    // Not a 401: what callers present as theirs never goes up, so it is Google's word about the key.
    fc.property(error, fc.integer({ min: 400, max: 599 }).filter((status) => status !== 401), (google, status) => {
      const told = errorFromAnswer(status, JSON.stringify({ error: { code: status, ...google } }), model);
      return wholeMessages.has(google.message.trim()) || (told.tag !== 'KeyRefused' && (told.tag !== 'QuotaSpent' || (status === 429 && told.period === 'minute')));
    }),
    { numRuns: 2000, seed: 8 },
  );
  fc.assert(
    fc.property(fc.oneof(words, fc.json(), error.map((google) => JSON.stringify({ error: { message: google.message, details: google.details } }))), fc.integer({ min: 400, max: 599 }), (body, status) =>
      ['GeminiFault'].includes(errorFromAnswer(status, body, model).tag),
    ),
    { numRuns: 1000, seed: 8 },
  );
  t.end();
});

t.test('no failure of a key tells the key or the project', (t) => {
  for (const kind of keyFailures) {
    const { status, body } = keyRefusal(kind, { key: 'AIza-made-up', model });
    t.notMatch(JSON.stringify(errorFromAnswer(status, body, model)), /AIza-made-up|123456789012/, kind);
  }
  t.end();
});
