import { jsonText } from '../../../kernel/well-formed.ts';
import { quoteOnce } from './quote-once.ts';
import { responseText, type Echo, type ResponseTexts } from './response-body.ts';
import { isLifecycle, type LifecycleEvent, type ResponseEvent, type TextDelta } from './response-event.ts';

/** Writes the events of one answer; what stands in several of them is made into JSON once. */
export type EventWriter = {
  /** An event as it is sent (reference: OpenAI names each by its type, and sends no `[DONE]`). */
  readonly write: (event: ResponseEvent) => string;
  /** The response that an event holds, in parts. The last one is known until the next. */
  readonly textsOf: (event: LifecycleEvent) => ResponseTexts;
};

const isPlainDelta = (event: ResponseEvent): event is TextDelta =>
  event.type === 'response.output_text.delta' && Array.isArray(event['logprobs']) && event['logprobs'].length === 0;

/** A delta, written around its text: half the time of writing the object. */
const deltaText = ({ sequence_number: number, item_id: id, output_index: at, delta }: TextDelta): string =>
  'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","sequence_number":' +
  `${number},"item_id":"${id}","output_index":${at},"content_index":0,"delta":${jsonText(delta)},"logprobs":[]}\n\n`;

/** Makes an EventWriter. An item that was told to be done goes into the response as it was written then. */
export const eventWriter = (echo: Echo): EventWriter => {
  const items: string[] = [];
  const last: { event: LifecycleEvent | null; texts: ResponseTexts } = {
    event: null,
    texts: { state: '{}', output: '[]', echo: '{}' },
  };
  const quote = quoteOnce();
  const textsOf = (event: LifecycleEvent): ResponseTexts => {
    if (last.event === event) return last.texts;
    const { response, output } = event;
    const isWritten = items.length === output.length;
    last.event = event;
    last.texts = {
      state: jsonText(response),
      output: isWritten ? `[${items.join(',')}]` : jsonText(output),
      echo: echo.text,
    };
    return last.texts;
  };
  const bodyOf = (event: ResponseEvent): string => {
    const { type, sequence_number: number } = event;
    if (isLifecycle(event)) {
      return `{"type":"${type}","sequence_number":${number},"response":${responseText(textsOf(event))}}`;
    }
    if (type !== 'response.output_item.done') return quote(event);
    const item = quote(event['item']);
    items.push(item);
    return `{"type":"${type}","sequence_number":${number},"output_index":${String(event['output_index'])},"item":${item}}`;
  };
  return {
    write: (event) => (isPlainDelta(event) ? deltaText(event) : `event: ${event.type}\ndata: ${bodyOf(event)}\n\n`),
    textsOf,
  };
};
