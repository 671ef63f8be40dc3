import { createParser } from 'eventsource-parser';
import { thrown } from '../../kernel/proxy-error.ts';

/** A 4K picture is tens of megabytes in one event. */
export const mostCharacters = 64 * 1024 * 1024;

/** An error as bare JSON in the middle of a stream has a few dozen lines. */
const mostStrayLines = 1000;

/** Of what is longer. */
export const tooLong = () => thrown({ tag: 'BadAnswer', reason: 'more than 64 MiB in one piece' });

/** Takes text as it comes; gives the JSON texts that are complete. */
export type Splitter = { readonly feed: (text: string) => readonly string[]; readonly end: () => readonly string[] };

const dataField = 'data: ';

/** The data of a text that is an event of one line and nothing else; null for any other. */
export const soleEvent = (text: string): string | null => {
  if (!text.startsWith(dataField)) return null;
  const carriageReturn = text.indexOf('\r');
  const end = carriageReturn === -1 ? text.length - 2 : carriageReturn;
  const isAlone = text.indexOf('\n') === (carriageReturn === -1 ? end : end + 1);
  return isAlone && text.slice(end) === (carriageReturn === -1 ? '\n\n' : '\r\n\r\n')
    ? text.slice(dataField.length, end)
    : null;
};

/** Whether what follows a text begins an event. */
export const endsEvent = (text: string): boolean => text.endsWith('\n\n') || text.endsWith('\n\r\n');

/** Server-sent events. Lines without `data:` are kept: an error can come as bare JSON in the middle of a stream. */
export const splitEvents = (): Splitter => {
  let ready: string[] = [];
  let stray: string[] = [];
  let isFull = false;
  const parser = createParser({
    maxBufferSize: mostCharacters,
    onEvent: ({ data }) => ready.push(data),
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') isFull = true;
      else if (error.line !== undefined && stray.length <= mostStrayLines) stray.push(error.line);
    },
  });
  const feed = (text: string): readonly string[] => {
    parser.feed(text);
    if (isFull) throw tooLong();
    if (stray.length > mostStrayLines) throw thrown({ tag: 'BadAnswer', reason: 'lines that are no events' });
    const taken = ready;
    ready = [];
    return taken;
  };
  return {
    feed,
    end: () => {
      const last = feed('\n\n');
      const bare = stray.join('\n');
      stray = [];
      return bare === '' ? last : [...last, bare];
    },
  };
};
