import { randomBytes } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';

/** The name of the file that a write begins in. */
const temporaryNameOf = (name: string): string => `${name}.${randomBytes(6).toString('hex')}.tmp`;

type Content = string | Uint8Array | readonly Uint8Array[];

/** Pieces that one call of the system is given. */
const mostAtOnce = 512;

/** What is left of pieces behind so many bytes. */
const behind = (pieces: readonly Uint8Array[], bytes: number): readonly Uint8Array[] => {
  let at = 0;
  let rest = bytes;
  for (let piece = pieces[0]; piece !== undefined && rest >= piece.length; piece = pieces[at]) {
    rest -= piece.length;
    at += 1;
  }
  return pieces.slice(at).map((piece, index) => (index === 0 ? piece.subarray(rest) : piece));
};

const writePieces = async (file: FileHandle, pieces: readonly Uint8Array[]): Promise<void> => {
  for (let left = pieces; left.length > 0; ) {
    const { bytesWritten } = await file.writev(left.slice(0, mostAtOnce));
    if (bytesWritten === 0) throw new Error('nothing more can be written');
    left = behind(left, bytesWritten);
  }
};

const isPieces = (content: Content): content is readonly Uint8Array[] => Array.isArray(content);

/**
 * New content goes into a file of its own (mode 0600) beside the path, then the name moves there: nobody ever sees half
 * a file, and a crash leaves the old content or the new.
 */
export const writeWhole = async (path: string, content: Content): Promise<void> => {
  const fresh = temporaryNameOf(path);
  try {
    const file = await open(fresh, 'wx', 0o600);
    try {
      await (isPieces(content) ? writePieces(file, content) : file.writeFile(content));
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
