import type { ProxyError } from '../../../kernel/proxy-error.ts';
import { errorBody } from '../../errors.ts';
import { withFieldName } from '../../named-error.ts';
import { responseNames } from '../../refused-field.ts';
import type { ResponseFailure } from './response-body.ts';

/** Types of errors and the code that says the same, where an error has none of its own. */
const codes: ReadonlyMap<string, string> = new Map([
  ['invalid_request_error', 'invalid_prompt'],
  ['requests', 'rate_limit_exceeded'],
]);

/** Codes of ours that say what a program knows by OpenAI's word alone. */
const known: ReadonlySet<string> = new Set([
  'server_error',
  'rate_limit_exceeded',
  'invalid_prompt',
  'context_length_exceeded',
  'insufficient_quota',
  'server_is_overloaded',
]);

/**
 * Why a stream failed: with a code that clients know, since Codex tries again five times where it meets another one
 * (unsloth#10938), and a type, which the AI SDK wants.
 */
export const failureOf = (error: ProxyError): ResponseFailure => {
  const { message, type, param, code } = errorBody(withFieldName(responseNames)(error));
  const told = code !== null && known.has(code) ? code : (codes.get(type) ?? 'server_error');
  return { code: told, message, type, param };
};
