/** The code of Node's that an error carries (`ENOENT`, `ECONNRESET`); '' for anything else. */
export const codeOf = (cause: unknown): string =>
  typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
