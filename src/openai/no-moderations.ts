import { invalid, type ProxyError } from '../kernel/proxy-error.ts';

/**
 * What POST /v1/moderations is answered with. Gemini judges what it answers, in four categories of its own; a verdict
 * made of that would call harmless what nobody looked at (docs/completions.md).
 */
export const noModerations: ProxyError = invalid(
  "Moderations are not supported, since Gemini has no endpoint that judges texts: ask another service for them, or set Gemini's own filters with 'safety_settings' in a chat.",
  null,
  'unsupported_value',
);
