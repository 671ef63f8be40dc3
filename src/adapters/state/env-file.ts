import { E } from '../../kernel/fp.ts';
import { codeOf } from '../error-code.ts';
import { readPlainFile } from './plain-file.ts';

/** Room for thousands of keys. */
const mostBytes = 1024 * 1024;

/** Docker makes a folder of a file that is to be mounted and is not there. */
const faults: Readonly<Record<string, string>> = {
  EISDIR: 'it is a folder',
  NOT_A_FILE: 'it is no plain file',
  TOO_LARGE: 'it is larger than 1 MiB',
};

/**
 * The text of a `.env` file, which may be a link to one (secrets are mounted so); null when there is none. Left: why it
 * cannot be read. To go on without it would be to run with the default password.
 */
export const readEnvFile = (path: string): E.Either<string, string | null> => {
  try {
    return E.right(readPlainFile(path, mostBytes, 'followed'));
  } catch (cause) {
    const code = codeOf(cause);
    return code === 'ENOENT' ? E.right(null) : E.left(`${path} cannot be read: ${faults[code] ?? code}.`);
  }
};
