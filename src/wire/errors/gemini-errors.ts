import type { Headers } from '../../ports/reply.ts';
import { factsOf, worthWaiting, type ErrorKind, type ErrorsByTag, type FactsTable } from './error-kinds.ts';

const refusedRequest = ({ message, code }: ErrorsByTag['GeminiInvalid']): string => {
  const says = ` Gemini says: ${message}`;
  if (code === 'context_length_exceeded') {
    return `This is longer than the model can read: shorten the history or start a new chat.${says}`;
  }
  if (code === 'unsupported_parameter') {
    return `This model cannot do what was asked of it: choose another model, or leave that out.${says}`;
  }
  return `Gemini refused the request: ${message}`;
};

/** The cure comes first: many programs show the first words only. */
const missingModel = ({ model, message, instead }: ErrorsByTag['ModelNotFound']): string => {
  const isGoogles = /^(?:models\/)?(?:gemini|gemma|imagen|learnlm|veo|nano-banana|text-embedding-00)/.test(model);
  const another = instead ?? 'another model of the list';
  if (message !== null) return `Choose ${another}, or map this one with MODEL_ALIASES. ${message}`;
  if (isGoogles) {
    return `Choose ${another} (Google does not offer ${model}, or no longer), or map it with MODEL_ALIASES.`;
  }
  const example = instead ?? 'gemini-flash-latest';
  return `Choose a Gemini model, for example ${example} (${model} is not one), or map it with MODEL_ALIASES.`;
};

const kinds: Readonly<Record<500 | 502 | 503 | 504, ErrorKind>> = {
  500: 'upstream',
  502: 'upstream',
  503: 'overloaded',
  504: 'timeout',
};

const timeouts: Readonly<Record<'first byte' | 'idle', string>> = {
  'first byte':
    'Gemini did not begin to answer in time (first byte): try again, with a shorter request or less thinking.',
  idle: 'Gemini fell silent in the middle of its answer (idle): try again.',
};

const waitHeaders = (seconds: number | undefined): Headers => (seconds === undefined ? {} : worthWaiting(seconds));

/** What Gemini said instead of an answer, or why it said nothing. */
export const geminiErrors: FactsTable<
  'GeminiInvalid' | 'BadSignature' | 'LocationRefused' | 'ModelNotFound' | 'GeminiFault' | 'Unreachable' | 'TimedOut'
> = {
  GeminiInvalid: (error) => factsOf({
    status: 400,
    kind: 'invalid request',
    message: refusedRequest(error),
    code: error.code,
  }),
  BadSignature: () => factsOf({
    status: 400,
    kind: 'invalid request',
    message:
      'Gemini refused a thought signature in the history: start a new chat, or leave out the earlier tool calls.',
  }),
  LocationRefused: () => factsOf({
    status: 403,
    kind: 'permission',
    message:
      'Gemini does not serve the region that this service runs in: ' +
      'its owner must move it, or set a proxy (HTTPS_PROXY).',
    code: 'unsupported_country_region_territory',
  }),
  ModelNotFound: (error) => factsOf({
    status: 404,
    kind: 'not found',
    message: missingModel(error),
    param: 'model',
    code: 'model_not_found',
  }),
  GeminiFault: ({ status, message, retryAfterSeconds }) => factsOf({
    status,
    kind: kinds[status],
    message,
    headers: waitHeaders(retryAfterSeconds),
  }),
  Unreachable: ({ reason, retryAfterSeconds }) => factsOf({
    status: 502,
    kind: 'upstream',
    message:
      `Gemini could not be reached (${reason}): ` +
      "try again; if it stays so, the owner must check the service's network.",
    code: 'upstream_unreachable',
    headers: waitHeaders(retryAfterSeconds),
  }),
  TimedOut: ({ phase }) => factsOf({
    status: 504,
    kind: 'timeout',
    message: timeouts[phase],
    code: 'upstream_timeout',
  }),
};
