import { errorBody, type GoogleError } from './google-error.ts';
import { contentType, type Framing } from './script.ts';
import { head, write, type Step } from './steps.ts';

/** A JSON answer that is not a stream. */
export const jsonSteps = (value: unknown): readonly Step[] => [head(200, contentType('whole')), write(`${JSON.stringify(value, null, 2)}\n`)];

/** A refusal; for a stream its content type says SSE, while the body is plain JSON all the same. */
export const errorSteps = (error: GoogleError, framing: Framing = 'whole'): readonly Step[] => [
  head(error.code, contentType(framing)),
  write(errorBody(error)),
];
