import { thrown } from '../kernel/proxy-error.ts';

const mostErrorBytes = 1024 * 1024;
const mostJsonBytes = 64 * 1024 * 1024;

/** Stops reading past `most` bytes, which ends the connection. */
const bytesOf = async (body: AsyncIterable<Buffer>, most: number): Promise<{ readonly bytes: Buffer; readonly isCut: boolean }> => {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of body) {
    pieces.push(piece);
    size += piece.length;
    if (size > most) return { bytes: Buffer.concat(pieces), isCut: true };
  }
  return { bytes: Buffer.concat(pieces), isCut: false };
};

/** The text of an error's body, of 1 MiB at most. */
export const errorText = async (body: AsyncIterable<Buffer>): Promise<string> => (await bytesOf(body, mostErrorBytes)).bytes.toString('utf8');

/** A body that is one JSON value. Throws BadAnswer for what is none, or longer than 64 MiB; `what` names it. */
export const jsonBody = async (body: AsyncIterable<Buffer>, what: string): Promise<unknown> => {
  const { bytes, isCut } = await bytesOf(body, mostJsonBytes);
  if (isCut) throw thrown({ tag: 'BadAnswer', reason: `${what} of more than 64 MiB` });
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw thrown({ tag: 'BadAnswer', reason: `${what} that is no JSON` });
  }
};
