import { invalid, type ProxyError } from '../../kernel/proxy-error.ts';

/** What POST /v1/images/variations is answered with: Gemini draws nothing without a prompt. */
export const noVariations: ProxyError = invalid(
  "Variations are not supported: send the picture to /v1/images/edits with a 'prompt' such as 'Draw a variation of this picture.'",
  null,
  'unsupported_value',
);
