import { jsonText } from '../../../kernel/well-formed.ts';
import { asString, type WrittenText } from '../../../kernel/written-text.ts';
import type { CutRecorder } from '../kept/event-cuts.ts';
import { quoteOnce } from './quote-once.ts';
import { responseText, stateText, type Echo, type ResponseTexts } from './response-body.ts';
import { isLifecycle, type LifecycleEvent, type ResponseEvent, type TextDelta } from './response-event.ts';
import type { ToldTexts } from './tell-texts.ts';

/** Writes the events of one answer; what stands in several of them is made into JSON once. */
export type EventWriter = {
  /** Events as they are sent (reference: OpenAI names each by its type, and sends no `[DONE]`). */
  readonly write: (events: readonly ResponseEvent[]) => string;
  /** The same for the last ones, in which a whole text may stand four times. */
  readonly writeLast: (events: readonly ResponseEvent[]) => WrittenText;
  /** More pieces of the text of one message. */
  readonly writeTexts: (told: ToldTexts) => string;
  /** The response that an event holds, in parts. The last one is known until the next. */
  readonly textsOf: (event: LifecycleEvent) => ResponseTexts;
};

const isPlainDelta = (event: ResponseEvent): event is TextDelta =>
  event.type === 'response.output_text.delta' && Array.isArray(event['logprobs']) && event['logprobs'].length === 0;

/** What stands before the number of a delta. */
export const deltaHead =
  'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","sequence_number":';
/** Between the number and the text of a delta: of which item it is. */
export const deltaPlace = (id: string, index: number): string =>
  `,"item_id":"${id}","output_index":${index},"content_index":0,"delta":`;
/** Behind the text of a delta. */
export const deltaTail = ',"logprobs":[]}\n\n';

/** Deltas, written around their texts: half the time of writing the objects. */
const writeTexts = ({ id, index, number, texts }: ToldTexts): string => {
  const place = deltaPlace(id, index);
  let all = '';
  let next = number;
  for (const text of texts) {
    all += deltaHead + next + place + jsonText(text) + deltaTail;
    next += 1;
  }
  return all;
};

const writeDelta = ({ item_id: id, output_index: index, sequence_number: number, delta }: TextDelta): string =>
  writeTexts({ id, index, number, texts: [delta] });

const listText = (items: readonly WrittenText[]): WrittenText => [
  '[',
  ...items.flatMap((item, at) => (at === 0 ? item : [',', ...item])),
  ']',
];

type Quote = (value: unknown) => WrittenText;

/** Items that were told to be done, as they were written: they go into the response so. */
type DoneItems = WrittenText[];

const textsWriter = (echo: Echo, quote: Quote, done: DoneItems): EventWriter['textsOf'] => {
  const last: { event: LifecycleEvent | null; texts: ResponseTexts } = {
    event: null,
    texts: { state: '{}', output: ['[]'], echo },
  };
  return (event) => {
    if (last.event === event) return last.texts;
    const { response, output } = event;
    last.event = event;
    last.texts = {
      state: stateText(response),
      output: done.length === output.length ? listText(done) : quote(output),
      echo,
    };
    return last.texts;
  };
};

/** Makes an EventWriter, which notes what it writes. */
export const eventWriter = (echo: Echo, cuts: CutRecorder | null): EventWriter => {
  const done: DoneItems = [];
  const quote = quoteOnce();
  const textsOf = textsWriter(echo, quote, done);
  const bodyOf = (event: ResponseEvent): WrittenText => {
    const { type, sequence_number: number } = event;
    if (isLifecycle(event)) {
      return [`{"type":"${type}","sequence_number":${number},"response":`, ...responseText(textsOf(event)), '}'];
    }
    if (type !== 'response.output_item.done') return quote(event);
    const item = quote(event['item']);
    done.push(item);
    const index = String(event['output_index']);
    return [`{"type":"${type}","sequence_number":${number},"output_index":${index},"item":`, ...item, '}'];
  };
  const textOf = (event: ResponseEvent): WrittenText =>
    isPlainDelta(event) ? [writeDelta(event)] : [`event: ${event.type}\ndata: `, ...bodyOf(event), '\n\n'];
  return {
    write: (events) => {
      cuts?.note(events);
      let text = '';
      for (const event of events) text += asString(textOf(event));
      return text;
    },
    writeLast: (events) => {
      cuts?.note(events);
      return events.flatMap(textOf);
    },
    writeTexts: (told) => {
      cuts?.noteTexts(told);
      return writeTexts(told);
    },
    textsOf,
  };
};
