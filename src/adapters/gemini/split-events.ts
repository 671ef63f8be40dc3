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

/** Where the one line ends of a text that is an event of one line and nothing else; -1 for any other. */
const endOfOnly = (text: string): number => {
  if (!text.startsWith(dataField)) return -1;
  const lineFeed = text.indexOf('\n');
  const carriageReturn = text.indexOf('\r');
  if (carriageReturn === -1) return lineFeed === text.length - 2 && text.endsWith('\n') ? lineFeed : -1;
  const isAlone = carriageReturn === text.length - 4 && lineFeed > carriageReturn && text.endsWith('\r\n\r\n');
  return isAlone ? carriageReturn : -1;
};

const endsEvent = (text: string): boolean => text.endsWith('\n\n') || text.endsWith('\n\r\n');

/**
 * Server-sent events. Lines without `data:` are kept: an error can come as bare JSON in the middle of a stream. Events
 * that come by themselves, as nearly all do that have a pause between them, need no parser.
 */
export const splitEvents = (): Splitter => {
  let ready: string[] = [];
  let stray: string[] = [];
  let isFull = false;
  let isBetween = false;
  const parser = createParser({
    maxBufferSize: mostCharacters,
    onEvent: ({ data }) => ready.push(data),
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') isFull = true;
      else if (error.line !== undefined && stray.length <= mostStrayLines) stray.push(error.line);
    },
  });
  const feed = (text: string): readonly string[] => {
    const end = isBetween ? endOfOnly(text) : -1;
    if (end !== -1) return [text.slice(dataField.length, end)];
    parser.feed(text);
    isBetween = endsEvent(text);
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
