import { pipe } from '../kernel/fp.ts';
import type { LimitName, ProxyError } from '../kernel/proxy-error.ts';
import { finishWords } from '../gemini/finish-words.ts';
import type { ErrorReplies } from '../ports/dialect.ts';
import { json, type Headers } from '../ports/reply.ts';
import { dataEvent } from '../wire/event-stream.ts';
import { refusedField } from './refused-field.ts';
import { reasonPhrase } from '../wire/reason-phrase.ts';

/** What a client is told: status, and the four fields of OpenAI's error object. */
type Told = {
  readonly status: number;
  readonly message: string;
  readonly type: string;
  readonly param?: string | null;
  readonly code?: string | null;
  readonly headers?: Headers;
};

const bad = (status: number, message: string, code: string | null = null): Told => ({ status, message, type: 'invalid_request_error', code });

const fault = (status: number, message: string, code: string | null = null): Told => ({ status, message, type: 'server_error', code });

/** The official SDKs retry 429 and 5xx by themselves; this tells them that it is of no use. */
const hopeless: Headers = { 'x-should-retry': 'false' };

const retryAfter = (seconds: number): Headers => ({ 'retry-after': String(Math.max(1, Math.ceil(seconds))) });

/** People paste whole addresses where a base address belongs. */
const baseAddress =
  'The base address of this service is its own address followed by /v1, like https://pollux.example.com/v1; clients add the rest, such as /chat/completions.';

/** RFC 9110 §15.5.2: a 401 says how to ask. */
const challenge: Headers = { 'www-authenticate': 'Bearer realm="Pollux"' };

const limited = (seconds: number, message: string): Told => ({
  status: 429,
  message,
  type: 'requests',
  code: 'rate_limit_exceeded',
  headers: retryAfter(seconds),
});

/** A wait that the SDKs keep to (`retry-after` up to 60 s) is worth another try, a longer one is not (openai 6.49 client.js). */
const worthWaiting = (seconds: number): Headers => ({ ...retryAfter(seconds), 'x-should-retry': String(seconds <= 60) });

const waited = (said: Told, seconds: number | undefined): Told => (seconds === undefined ? said : { ...said, headers: worthWaiting(seconds) });

const tooManyCalls = (limit: LimitName, most: number, calls: number): Told => {
  const setting = limit === 'minute' ? 'a minute (MAX_REQUESTS_PER_MINUTE)' : 'a day from one address (MAX_REQUESTS_PER_DAY_PER_IP)';
  return { ...limited(60, `This request makes ${calls} calls of Gemini, and this service takes ${most} ${setting}: ask for less at once.`), headers: hopeless };
};

const afterWait = (seconds: number): string => {
  const whole = Math.max(1, Math.ceil(seconds));
  return whole === 1 ? 'wait a second' : `wait ${whole} seconds`;
};

const ofLimit = ({ limit, most, retryAfterSeconds, calls = 1 }: Extract<ProxyError, { readonly tag: 'LimitReached' }>): Told => {
  if (calls > most) return tooManyCalls(limit, most, calls);
  if (limit === 'minute') {
    return limited(retryAfterSeconds, `This service takes ${most} requests a minute (MAX_REQUESTS_PER_MINUTE): ${afterWait(retryAfterSeconds)}, then send it again.`);
  }
  const told = limited(retryAfterSeconds, `This service takes ${most} requests a day from one address (MAX_REQUESTS_PER_DAY_PER_IP): try again tomorrow.`);
  return { ...told, headers: { ...told.headers, ...hopeless } };
};

const dayMessage = 'The quota of all Gemini keys for this model is used up for today: choose another model, or wait until midnight Pacific time.';

const noMoney = (message: string): Told => ({ status: 429, message, type: 'insufficient_quota', code: 'insufficient_quota', headers: hopeless });

const unpaid = (reasons: readonly string[]): Told =>
  noMoney(`The Gemini keys have nothing left to spend: their owner must add credit or raise the limit in Google AI Studio (${reasons.join('; ')}).`);

const spent = (seconds: number | null, forToday: boolean): Told => {
  if (forToday) return { ...noMoney(dayMessage), headers: { ...hopeless, ...(seconds === null ? {} : retryAfter(seconds)) } };
  const wait = seconds ?? 60;
  return { ...limited(wait, `All Gemini keys have reached their rate limit for this model: ${afterWait(wait)}, or choose another model.`), headers: worthWaiting(wait) };
};

const gemini = (message: string | null): string => (message === null || message.trim() === '' ? '' : ` Gemini says: ${message.trim()}`);

const emptyMessage = (reason: string | null, message: string | null): string =>
  reason === null
    ? 'Gemini sent an answer with nothing in it (not one candidate): try again.'
    : `Gemini gave no answer (${finishWords(reason)}): try again, or say it in other words.${gemini(message)}`;

const faulty = (reason: string, message: string | null): string =>
  `Gemini's answer was of no use (${finishWords(reason)}): try again, or say it in other words.${gemini(message)}`;

const blocked = ({ what, reason, message }: Extract<ProxyError, { readonly tag: 'Blocked' }>): string =>
  what === 'prompt'
    ? `Gemini blocked the request (${finishWords(reason)}): change what was asked, or the system prompt and history before it, and send it again.${gemini(message)}`
    : `Gemini blocked its answer (${finishWords(reason)}): ask in other words and send it again.${gemini(message)}`;

const refusedRequest = ({ message, code }: Extract<ProxyError, { readonly tag: 'GeminiInvalid' }>): string => {
  if (code === 'context_length_exceeded') return `This is longer than the model can read: shorten the history or start a new chat. Gemini says: ${message}`;
  if (code === 'unsupported_parameter') return `This model cannot do what was asked of it: choose another model, or leave that out. Gemini says: ${message}`;
  return `Gemini refused the request: ${message}`;
};

const unreachable = (reason: string): string =>
  `Gemini could not be reached (${reason}): try again; if it stays so, the owner must check the service's network.`;

/** The cure comes first: many programs show the first words only. */
const missingModel = ({ model, message, instead }: Extract<ProxyError, { readonly tag: 'ModelNotFound' }>): string => {
  const isGoogles = /^(?:models\/)?(?:gemini|gemma|imagen|learnlm|veo|nano-banana|text-embedding-00)/.test(model);
  const another = instead ?? 'another model of the list';
  if (message !== null) return `Choose ${another}, or map this one with MODEL_ALIASES. ${message}`;
  if (!isGoogles) return `Choose a Gemini model, for example ${instead ?? 'gemini-flash-latest'} (${model} is not one), or map it with MODEL_ALIASES.`;
  return `Choose ${another} (Google does not offer ${model}, or no longer), or map it with MODEL_ALIASES.`;
};

const refusedKeys = (reasons: readonly string[]): Told => ({
  ...fault(503, `No Gemini key of this service can be used (${reasons.join('; ')}): its owner must put a working one into GEMINI_API_KEYS.`, 'no_usable_key'),
  headers: hopeless,
});

/** What one table of errors leaves to the next one: with the last of them every error is told, or this does not compile. */
type Rest<F extends (error: never) => unknown> = Exclude<ReturnType<F>, Told>;

const ofCaller = (error: ProxyError) => {
  switch (error.tag) {
    case 'NoPassword':
      return bad(401, 'No API key given: send the PASSWORD of this service as the API key (Authorization: Bearer …).', 'invalid_api_key');
    case 'WrongPassword':
      return bad(401, 'Incorrect API key provided: it must be the PASSWORD of this service, no key of Google or OpenAI.', 'invalid_api_key');
    case 'DefaultPasswordRefused':
      return bad(403, "The default password works from the service's own network only: its owner must set PASSWORD.", 'default_password');
    case 'TooManyGuesses':
      return limited(error.retryAfterSeconds, `Too many wrong API keys from this address: ${afterWait(error.retryAfterSeconds)}, then use the right one.`);
    case 'LimitReached':
      return ofLimit(error);
    case 'InvalidRequest':
      return { ...bad(400, error.message, error.code), param: error.param };
    case 'NoSuchRoute':
      return bad(404, `Unknown request URL: ${error.method} ${error.path}. ${baseAddress}`, 'unknown_url');
    case 'MethodNotAllowed':
      return { ...bad(405, `${error.method} is not allowed here: use ${error.allowed.join(' or ')}.`, 'method_not_allowed'), headers: { allow: error.allowed.join(', ') } };
    case 'BodyTooLarge':
      return bad(413, `The request body is larger than ${Math.floor(error.mostBytes / 1_048_576)} MiB (MAX_BODY_MB): send fewer or smaller pictures and files.`, 'request_too_large');
    case 'UnsupportedMedia':
      return bad(415, error.message);
    case 'BodyTimeout':
      return bad(408, 'The request body came too slowly: send it again, or send less.');
    default:
      return error;
  }
};

const ofKeys = (error: Rest<typeof ofCaller>) => {
  switch (error.tag) {
    case 'NoKeysConfigured':
      return { ...fault(503, 'No Gemini key is set: the owner of this service must put at least one into GEMINI_API_KEYS.', 'no_keys'), headers: hopeless };
    case 'NoUsableKey':
      return error.unpaid === true ? unpaid(error.reasons) : refusedKeys(error.reasons);
    case 'KeyRefused':
      return error.fault === 'unpaid' ? unpaid([error.reason]) : refusedKeys([error.reason]);
    case 'KeysExhausted':
      return spent(error.retryAfterSeconds, error.forToday);
    case 'QuotaSpent':
      return spent(error.retryAfterSeconds, error.period === 'day');
    default:
      return error;
  }
};

const timeouts: Readonly<Record<'first byte' | 'idle', string>> = {
  'first byte': 'Gemini did not begin to answer in time (first byte): try again, with a shorter request or less thinking.',
  idle: 'Gemini fell silent in the middle of its answer (idle): try again.',
};

const ofGemini = (error: Rest<typeof ofKeys>) => {
  switch (error.tag) {
    case 'GeminiInvalid':
      return { ...bad(400, refusedRequest(error), error.code), param: refusedField(error.message) };
    case 'BadSignature':
      return bad(400, 'Gemini refused a thought signature in the history: start a new chat, or leave out the earlier tool calls.');
    case 'LocationRefused':
      return bad(
        403,
        'Gemini does not serve the region that this service runs in: its owner must move it, or set a proxy (HTTPS_PROXY).',
        'unsupported_country_region_territory',
      );
    case 'ModelNotFound':
      return { ...bad(404, missingModel(error), 'model_not_found'), param: 'model' };
    case 'GeminiFault':
      return waited(fault(error.status, error.message), error.retryAfterSeconds);
    case 'Unreachable':
      return waited(fault(502, unreachable(error.reason), 'upstream_unreachable'), error.retryAfterSeconds);
    case 'TimedOut':
      return fault(504, timeouts[error.phase], 'upstream_timeout');
    default:
      return error;
  }
};

const ofAnswer = (error: Rest<typeof ofGemini>) => {
  switch (error.tag) {
    case 'BadAnswer':
      return fault(502, `Gemini's answer could not be read (${error.reason}): try again.`, 'bad_upstream_answer');
    case 'EmptyAnswer':
      return fault(502, emptyMessage(error.finishReason, error.finishMessage), 'empty_response');
    case 'FaultyAnswer':
      return fault(502, faulty(error.finishReason, error.finishMessage), 'faulty_response');
    case 'CutShort':
      return bad(400, `The whole answer is longer than this model can give (${error.finishReason}): send it in shorter pieces.`, 'answer_too_long');
    case 'Blocked':
      return bad(400, blocked(error), 'content_filter');
    case 'StreamCut':
      return fault(502, "Gemini's answer was cut off before its end: try again.", 'stream_cut');
    default:
      return error;
  }
};

const ofService = (error: Rest<typeof ofAnswer>): Told => {
  switch (error.tag) {
    case 'Busy':
      return { ...fault(503, error.message, 'busy'), headers: retryAfter(1) };
    case 'ShuttingDown':
      return { ...fault(503, 'The service is restarting: try again in a few seconds.', 'restarting'), headers: retryAfter(5) };
    case 'ClientGone':
      return bad(499, 'The client closed the request.');
    case 'Defect':
      return fault(500, 'The service has a defect: try again; if it stays so, its log tells more under this request id.');
  }
};

const otherwise =
  <A extends ProxyError, B>(next: (error: A) => B) =>
  (said: Told | A): Told | B =>
    'tag' in said ? next(said) : said;

const told = (error: ProxyError): Told => 
  pipe(ofCaller(error), otherwise(ofKeys), otherwise(ofGemini), otherwise(ofAnswer), otherwise(ofService));

const body = ({ message, type, param, code }: Told): object => ({ error: { message, type, param: param ?? null, code: code ?? null } });

/** Errors in OpenAI's shape (reference: its ErrorResponse schema, all four keys required). */
export const openaiErrors: ErrorReplies = {
  whole: (error) => {
    const said = told(error);
    const headers = { ...(said.status === 401 ? challenge : {}), ...said.headers };
    return { ...json(said.status, body(said), headers), reason: reasonPhrase(error, said.message) };
  },
  inStream: (error) => dataEvent(body(told(error))),
};
