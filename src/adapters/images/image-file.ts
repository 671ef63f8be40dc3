import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { ByteRange } from '../../ports/images.ts';
import { codeOf } from '../error-code.ts';

/** True when the disk says that there is no such file, or that what is there is no plain one. */
export const isMissing = (cause: unknown): boolean =>
  ['ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR', 'ENXIO', 'ENODEV'].includes(codeOf(cause));

/**
 * Links are not followed; opening a pipe must not hold one of the process's few file threads. Windows knows neither.
 */
const readingFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Does something with a plain file; null when there is none. */
export const withFile = async <A>(
  path: string,
  use: (file: FileHandle, size: number) => Promise<A>,
): Promise<A | null> => {
  try {
    const file = await open(path, readingFlags);
    try {
      const facts = await file.stat();
      return facts.isFile() ? await use(file, facts.size) : null;
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (isMissing(cause)) return null;
    throw cause;
  }
};

const pieceBytes = 131_072;

/** Reads a part of a file piece by piece; it is opened when the first one is wanted. Throws when it ends too early. */
export async function* bytesOf(path: string, { start, end }: ByteRange): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await open(path, readingFlags);
  try {
    for (let at = start; at <= end; ) {
      const piece = Buffer.allocUnsafeSlow(Math.min(pieceBytes, end + 1 - at));
      const { bytesRead } = await file.read(piece, 0, piece.length, at);
      if (bytesRead === 0) throw new Error('The file of a picture ended early.');
      yield piece.subarray(0, bytesRead);
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
}
