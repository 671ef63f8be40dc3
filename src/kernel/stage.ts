import type { TE } from './fp.ts';
import type { ProxyError } from './proxy-error.ts';

/** One step of the pipeline: from the record that the step before made to the next one, or to an error. */
export type Stage<A, B> = (a: A) => TE.TaskEither<ProxyError, B>;
