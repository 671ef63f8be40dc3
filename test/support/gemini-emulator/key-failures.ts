import { detail, errorBody, invalidArgument, notFound, type GoogleError } from './google-error.ts';
import type { JsonObject } from './json.ts';

/** What a refused call was about. */
export type Refused = { readonly key: string; readonly model: string };

/** An answer that refuses, as it goes over the wire. */
export type Refusal = { readonly status: number; readonly contentType?: string; readonly body: string };

const service = 'generativelanguage.googleapis.com';
const project = '123456789012';

const errorInfo = (reason: string, metadata: JsonObject = { service }): JsonObject =>
  detail('ErrorInfo', { reason, domain: 'googleapis.com', metadata });

const help = detail('Help', {
  links: [{ description: 'Learn more about Gemini API quotas', url: 'https://ai.google.dev/gemini-api/docs/rate-limits' }],
});

const invalid = (message: string): GoogleError =>
  invalidArgument(message, [errorInfo('API_KEY_INVALID'), detail('LocalizedMessage', { locale: 'en-US', message })]);

const denied = (message: string, details?: readonly JsonObject[]): GoogleError => ({
  code: 403,
  message,
  status: 'PERMISSION_DENIED',
  ...(details === undefined ? {} : { details }),
});

type Quota = { readonly metric: string; readonly id: string; readonly value: string; readonly delay: string };

const spent =
  ({ metric, id, value, delay }: Quota) =>
  ({ model }: Refused): GoogleError => ({
    code: 429,
    message: `You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits. \n* Quota exceeded for metric: ${service}/${metric}, limit: ${value}, model: ${model}\nPlease retry in ${delay}.`,
    status: 'RESOURCE_EXHAUSTED',
    details: [
      help,
      detail('QuotaFailure', {
        violations: [{ quotaMetric: `${service}/${metric}`, quotaId: id, quotaDimensions: { location: 'global', model }, quotaValue: value }],
      }),
      detail('RetryInfo', { retryDelay: delay }),
    ],
  });

const requests = 'generate_content_free_tier_requests';

const errors = {
  invalid: () => invalid('API key not valid. Please pass a valid API key.'),
  expired: () => invalid('API key expired. Please renew the API key.'),
  leaked: () => denied('Your API key was reported as leaked. Please use another API key.'),
  suspended: ({ key }) =>
    denied(`Permission denied: Consumer 'api_key:${key}' has been suspended.`, [
      errorInfo('CONSUMER_SUSPENDED', { service, consumer: `projects/${project}`, containerInfo: `api_key:${key}` }),
    ]),
  denied: () =>
    denied(
      `Generative Language API has not been used in project ${project} before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/${service}/overview?project=${project} then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.`,
      [errorInfo('SERVICE_DISABLED', { service, consumer: `projects/${project}` })],
    ),
  minute: spent({ metric: requests, id: 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier', value: '10', delay: '34.4s' }),
  day: spent({ metric: requests, id: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier', value: '250', delay: '17s' }),
  'tokens-minute': spent({
    metric: 'generate_content_free_tier_input_token_count',
    id: 'GenerateContentInputTokensPerModelPerMinute-FreeTier',
    value: '250000',
    delay: '26s',
  }),
  /** Google takes old models away from new keys. */
  retired: ({ model }) => notFound(`This model models/${model} is no longer available to new users. Please update your code to use a newer model for the latest features and improvements.`),
  /** Nothing left to spend: no waiting heals it. */
  unpaid: () => ({ code: 429, message: 'Your prepayment credits are depleted. Please go to AI Studio at https://ai.studio/projects to manage your project and billing.', status: 'RESOURCE_EXHAUSTED' }),
  plain429: () => ({ code: 429, message: 'Resource has been exhausted (e.g. check quota).', status: 'RESOURCE_EXHAUSTED' }),
} satisfies Readonly<Record<string, (refused: Refused) => GoogleError>>;

/** The ways in which a key can fail. */
export type KeyFailure = keyof typeof errors | 'html429';

/** All ways in which a key can fail, for tests that go through them. */
export const keyFailures: readonly KeyFailure[] = [
  'invalid',
  'expired',
  'leaked',
  'suspended',
  'denied',
  'minute',
  'day',
  'tokens-minute',
  'retired',
  'unpaid',
  'plain429',
  'html429',
];

const html =
  '<html><head><title>Sorry...</title></head><body><h1>429. That’s an error.</h1><p>We’re sorry, but your computer or network may be sending automated queries.</p></body></html>';

/** The answer to a key that fails in this way. */
export const keyRefusal = (failure: KeyFailure, refused: Refused): Refusal => {
  if (failure === 'html429') return { status: 429, contentType: 'text/html; charset=UTF-8', body: html };
  const error = errors[failure](refused);
  return { status: error.code, body: errorBody(error) };
};
