import type { TE } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';

/** Turns OpenAI's token numbers (cl100k_base) back into text. Left when that can't be done here. */
export type DecodeTokens = (tokens: readonly number[]) => TE.TaskEither<ProxyError, string>;
