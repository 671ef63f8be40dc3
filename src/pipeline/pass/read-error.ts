import type { ByteSource } from '../../ports/byte-source.ts';
import type { StreamFilter } from '../../ports/passing-on.ts';

/** The text of the error that a stream begins with; '' where it ends before it is whole. The source is closed then. */
export const readError = (
  source: ByteSource,
  filterFor: (tell: (text: string) => void) => StreamFilter,
): Promise<string> =>
  new Promise((resolve) => {
    const settle = (text: string): void => {
      resolve(text);
      source.close();
    };
    const filter = filterFor(settle);
    source.pour({
      take: (piece) => {
        filter.take(piece);
        return true;
      },
      end: () => settle(''),
    });
  });
