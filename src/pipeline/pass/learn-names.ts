import { E } from '../../kernel/fp.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import { runApart } from '../../kernel/steps.ts';
import type { ByteSource } from '../../ports/byte-source.ts';
import type { Headers, Reply } from '../../ports/reply.ts';
import { collectBytes, sourceOf } from './collect-bytes.ts';
import { passedReply } from './pass-reply.ts';
import type { Passing, PassNeeds } from './passing.ts';
import type { PassedBy } from './try-passing.ts';

const contentType = (headers: Headers): string => headers['content-type'] ?? '';

/** Of a stream's beginning, in which the name of what it makes stands. */
const mostBegun = 64 * 1024;

/** Bytes that pass, the first of which are looked at, each time with those before, until something is found. */
const peekBytes = (source: ByteSource, look: (text: string) => boolean): ByteSource => {
  const state = { text: '', isOver: false };
  const see = (piece: Uint8Array): void => {
    if (state.isOver) return;
    state.text += Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString('latin1', 0, mostBegun);
    state.isOver = look(state.text) || state.text.length >= mostBegun;
    if (state.isOver) state.text = '';
  };
  return {
    ...source,
    whole: () => {
      const bytes = source.whole();
      if (bytes !== null) see(bytes);
      return bytes;
    },
    pour: (sink) =>
      source.pour({
        take: (piece) => {
          see(piece);
          return sink.take(piece);
        },
        end: sink.end,
      }),
  };
};

const rememberMade = (needs: PassNeeds, { received, plan }: Passing, keyId: string): void => {
  if (plan.staysTogether) needs.names.noteMaker(received.caller.address, keyId);
};

/** What is read of one answer for the names in it. */
const mostLearned = 64 * 1024 * 1024;

const tooLong: ProxyError = { tag: 'BadAnswer', reason: 'an answer of more than 64 MiB', isLasting: true };

/**
 * An answer that makes something, or tells of it: what it names belongs to the key that it came by. It is read whole,
 * but for streams, whose beginning is enough, and for media and what is too long, which pass unread.
 */
export const learnNames = async (
  needs: PassNeeds,
  passing: Passing,
  { answer, lease }: PassedBy,
): Promise<E.Either<ProxyError, Reply>> => {
  const { received, dialect, plan } = passing;
  const home = needs.homes.of(lease.id);
  const remember = (names: readonly string[]): boolean => {
    needs.names.remember(names, home, received.caller.address);
    return names.length > 0;
  };
  if (plan.method === 'DELETE' && plan.name !== null) needs.names.forget(plan.name);
  if (plan.work === 'create') rememberMade(needs, passing, lease.id);
  if (contentType(answer.headers).startsWith('text/event-stream')) {
    const body = peekBytes(answer.body, (text) => remember(dialect.namesBegun(text)));
    return E.right(passedReply(needs, passing, { answer: { ...answer, body }, lease }));
  }
  const { 'content-length': length = '0' } = answer.headers;
  if (!contentType(answer.headers).includes('json') || Number(length) > mostLearned) {
    return E.right(passedReply(needs, passing, { answer, lease }));
  }
  const read = await collectBytes(answer.body, received.held.answer, mostLearned);
  if (E.isLeft(read)) return read;
  if (!read.right.isWhole) return E.left(tooLong);
  if (plan.method !== 'DELETE') remember(await runApart(dialect.namesTold(read.right.bytes)));
  const bytes = dialect.cleanTold(read.right.bytes, lease.secret);
  const headers = length === '0' ? answer.headers : { ...answer.headers, 'content-length': String(bytes.length) };
  return E.right(passedReply(needs, passing, { answer: { ...answer, headers, body: sourceOf(bytes) }, lease }));
};
