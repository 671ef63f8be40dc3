import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';

/** The name of the file that a write begins in. */
const temporaryNameOf = (name: string): string => `${name}.${randomBytes(6).toString('hex')}.tmp`;

/**
 * New content goes into a file of its own (mode 0600) beside the path, then the name moves there: nobody ever sees half
 * a file, and a crash leaves the old content or the new.
 */
export const writeWhole = async (path: string, content: string | Uint8Array): Promise<void> => {
  const fresh = temporaryNameOf(path);
  try {
    const file = await open(fresh, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(fresh, path);
  } catch (cause) {
    await rm(fresh, { force: true }).catch(() => undefined);
    throw cause;
  }
};
