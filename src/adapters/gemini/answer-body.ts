import { byteBlocks } from '../../kernel/byte-blocks.ts';
import type { Pour } from '../../kernel/ready-stream.ts';
import { thrown, type ProxyError } from '../../kernel/proxy-error.ts';
import { costs, type Memory } from '../../ports/memory.ts';
import type { AnswerMeter } from './answer-meter.ts';
import type { AnswerWatch } from './waiting.ts';

/** Who counts the bytes that are held, and who watches that they come. */
export type Watching = { readonly meter: AnswerMeter | null; readonly watch: AnswerWatch };

/**
 * A body's pieces, each by itself; poured, all that one read of the socket brought together, in a list that is good
 * until it has been taken.
 */
export type BodyPieces = AsyncGenerator<Buffer, void, undefined> & { readonly pour: Pour<readonly Buffer[]> };

/** All of a body, in the pieces that came; null where it broke off, or where more is to come. */
export type Whole = readonly Buffer[] | null;

/** Who collects all of a body. What `came` throws, told of bytes as they come, ends the body. */
export type Collecting = {
  readonly came: (bytes: number) => void;
  /** Once, when it has ended; where it broke off what came is still to be read. */
  readonly ended: (all: Whole) => void;
  readonly failed: (cause: unknown) => void;
};

/** An answer's body: to be read once, and given up where it is not read to its end. */
export type AnswerBody = {
  /** Tells all of it in the tick in which it ends. */
  readonly collect: (collecting: Collecting) => void;
  /** All of a short body, where it is there. */
  readonly there: () => Whole;
  readonly pieces: (watching?: Watching) => BodyPieces;
  readonly destroy: () => void;
};

const mostErrorBytes = 1024 * 1024;
const mostJsonBytes = 64 * 1024 * 1024;

type Reading = { readonly most: number; readonly reserve: (bytes: number) => ProxyError | null };

/** Stops reading past `most` bytes, which ends the connection. Throws where there is no memory for more. */
const bytesOf = async (
  body: AsyncIterable<Buffer>,
  { most, reserve }: Reading,
): Promise<{ readonly bytes: Uint8Array; readonly isCut: boolean }> => {
  const blocks = byteBlocks(null, reserve);
  for await (const piece of body) {
    const refusal = blocks.add(piece);
    if (refusal !== null) throw thrown(refusal);
    if (blocks.size() > most) return { bytes: blocks.whole(), isCut: true };
  }
  return { bytes: blocks.whole(), isCut: false };
};

const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');

/** The text of an error's body, of 1 MiB at most. */
export const errorText = async (body: AsyncIterable<Buffer>): Promise<string> =>
  textOf((await bytesOf(body, { most: mostErrorBytes, reserve: () => null })).bytes);

/**
 * A body that is one JSON value. Throws BadAnswer for what is none, or longer than 64 MiB; `what` names it. Where it is
 * part of an exchange, it reserves that exchange's memory.
 */
export const jsonBody = async (body: AsyncIterable<Buffer>, what: string, memory: Memory | null): Promise<unknown> => {
  const reserve = (bytes: number): ProxyError | null => memory?.take(bytes * costs.answer) ?? null;
  const { bytes, isCut } = await bytesOf(body, { most: mostJsonBytes, reserve });
  if (isCut) throw thrown({ tag: 'BadAnswer', reason: `${what} of more than 64 MiB` });
  try {
    return JSON.parse(textOf(bytes));
  } catch {
    throw thrown({ tag: 'BadAnswer', reason: `${what} that is no JSON` });
  }
};
