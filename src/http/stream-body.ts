import type { IncomingMessage } from 'node:http';
import { E, pipe } from '../kernel/fp.ts';
import { thrown, type ProxyError } from '../kernel/proxy-error.ts';
import { signalSource } from '../kernel/signal.ts';
import type { BodyStream } from '../ports/byte-source.ts';
import { checkMediaType } from './check-media-type.ts';
import type { BodyLimits, BodySource } from './read-body.ts';
import { endSilentOnStop } from './silent-sender.ts';

type Pace = Pick<BodyLimits, 'timeoutMs' | 'wait' | 'stopping'>;

/** Told of a sender's pieces. */
type SenderWatch = { readonly came: () => void; readonly wants: () => void; readonly stop: () => void };

/** Ends a sender that sends nothing for so long, while more is wanted. One wait runs for all of a body. */
const watchSender = (message: IncomingMessage, { timeoutMs, wait, stopping }: Pace): SenderWatch => {
  const state = { pieces: 0, isWanted: true };
  const over = signalSource();
  const watch = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const before = state.pieces;
      await wait(timeoutMs, over.signal);
      if (!over.signal.aborted && state.isWanted && state.pieces === before) message.socket.destroy();
    }
  };
  void watch();
  const received = (): number | null => (state.isWanted ? state.pieces : null);
  const forgetStop = endSilentOnStop({ stopping, wait }, received, () => message.socket.destroy());
  return {
    came: () => {
      state.pieces += 1;
      state.isWanted = false;
    },
    wants: () => {
      state.isWanted = true;
    },
    stop: () => {
      over.abort('over');
      forgetStop();
    },
  };
};

/** Left alone where it is not read to its end: the answer still goes out on that connection. */
async function* readPieces(
  { message, progress, askForBody }: BodySource,
  bounds: Pace & { readonly mostBytes: number },
): AsyncGenerator<Uint8Array, void, undefined> {
  askForBody();
  const watch = watchSender(message, bounds);
  const read: AsyncIterable<Buffer> = { [Symbol.asyncIterator]: () => message.iterator({ destroyOnReturn: false }) };
  let bytes = 0;
  try {
    for await (const piece of read) {
      watch.came();
      bytes += piece.length;
      if (bytes > bounds.mostBytes) throw thrown({ tag: 'BodyTooLarge', mostBytes: bounds.mostBytes });
      yield piece;
      watch.wants();
    }
    progress.isTaken = true;
  } finally {
    watch.stop();
  }
}

/**
 * The body as it comes, no faster than it is taken, in however much time: only a sender that falls silent is cut off. A
 * Left for one that is announced as too large, or comes compressed.
 */
export const bodyStreamer =
  (source: BodySource, { timeoutMs, wait, stopping }: BodyLimits) =>
  (mostBytes: number): E.Either<ProxyError, BodyStream> => {
    const announced = source.header('content-length');
    const length = announced === null ? null : Number(announced);
    if (length !== null && length > mostBytes) return E.left({ tag: 'BodyTooLarge', mostBytes });
    return pipe(
      checkMediaType(source.header, 'bytes'),
      E.map(() => ({ pieces: readPieces(source, { mostBytes, timeoutMs, wait, stopping }), length })),
    );
  };
