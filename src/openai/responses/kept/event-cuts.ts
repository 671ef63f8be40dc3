import { isObject } from '../../../kernel/is-object.ts';

type Body = Readonly<Record<string, unknown>>;

/**
 * How a response was told in events, without what the response itself says: a cut is an event in which such values are
 * `0`, and its piece of a text the piece's length; or a number, for one more piece of the same text. So a stream costs
 * a few bytes a piece, and can be told again with the same pieces and numbers.
 */
export type EventCut = number | Body;

/** Notes events as they go out. */
export type CutRecorder = {
  readonly note: (events: readonly Body[]) => void;
  readonly cuts: () => readonly EventCut[];
};

const heldByItem = ['item', 'part', 'text', 'refusal', 'arguments', 'input', 'code', 'logprobs'];

const isFilled = (value: unknown): boolean => value !== '' && !(Array.isArray(value) && value.length === 0);

const withoutHeld = (event: Body): Body =>
  Object.fromEntries(
    Object.entries(event).map(([name, value]) => [name, heldByItem.includes(name) && isFilled(value) ? 0 : value]),
  );

const isPiece = (event: Body): event is Body & { readonly delta: string } =>
  typeof event['delta'] === 'string' && !isFilled(event['logprobs'] ?? []);

const cutOf = (event: Body): Body => {
  const { type, sequence_number: _number, ...body } = event;
  if (isObject(body['response'])) return { type, response: 0, tier: body['response']['service_tier'] };
  if (isPiece(event)) return { type, ...body, delta: event.delta.length };
  return typeof type === 'string' && type.endsWith('.done') ? withoutHeld({ type, ...body }) : { type, ...body };
};

const isSamePlace = (one: Body | null, other: Body): boolean =>
  one !== null &&
  one['type'] === other['type'] &&
  one['item_id'] === other['item_id'] &&
  one['summary_index'] === other['summary_index'];

/** Begins to note. */
export const recordCuts = (): CutRecorder => {
  const noted: EventCut[] = [];
  let last: Body | null = null;
  return {
    note: (events) => {
      for (const event of events) {
        const goesOn = isPiece(event) && isSamePlace(last, event);
        noted.push(goesOn ? event.delta.length : cutOf(event));
        last = isPiece(event) ? event : null;
      }
    },
    cuts: () => noted,
  };
};

const itemsIn = ({ output }: Body): readonly Body[] => (Array.isArray(output) ? output.filter(isObject) : []);

const entryOf = (list: unknown, at: unknown): Body => {
  const entry: unknown = Array.isArray(list) && typeof at === 'number' ? list[at] : undefined;
  return isObject(entry) ? entry : {};
};

/** The part of an item that an event is about: of a message, of a summary, else the item itself. */
const placeOf = (item: Body, { content_index: content, summary_index: summary }: Body): Body => {
  if (content !== undefined) return entryOf(item['content'], content);
  return summary === undefined ? item : entryOf(item['summary'], summary);
};

/** The text of which an event tells a piece. */
const textOf = (place: Body): string => {
  const text = place['text'] ?? place['refusal'] ?? place['arguments'] ?? place['input'] ?? place['code'];
  return typeof text === 'string' ? text : '';
};

const earlyState = ({ usage: _usage, ...response }: Body, tier: unknown): Body => ({
  ...response,
  status: 'in_progress',
  completed_at: null,
  error: null,
  incomplete_details: null,
  output: [],
  service_tier: tier,
});

const isEarly = (type: unknown): boolean => type === 'response.created' || type === 'response.in_progress';

/** What tells the events again: a text is read on from where its last piece ended. */
const replayer = (response: Body): ((cut: Body, number: number) => Body) => {
  const items = itemsIn(response);
  const told = new Map<string, number>();
  const pieceOf = (text: string, length: number, key: string): string => {
    const from = told.get(key) ?? 0;
    told.set(key, from + length);
    return text.slice(from, from + length);
  };
  return (cut, number) => {
    const { type, tier, ...body } = cut;
    if (body['response'] === 0) {
      return { type, sequence_number: number, response: isEarly(type) ? earlyState(response, tier) : response };
    }
    const index = body['output_index'];
    const item = typeof index === 'number' ? (items[index] ?? {}) : {};
    const place = placeOf(item, body);
    const key = JSON.stringify([index, body['summary_index']]);
    const whole = (name: string): unknown => {
      if (name === 'item') return item;
      return name === 'part' ? place : place[name];
    };
    const filled = Object.entries(body).map(([name, value]): [string, unknown] => {
      if (name === 'delta' && typeof value === 'number') return [name, pieceOf(textOf(place), value, key)];
      return [name, value === 0 && heldByItem.includes(name) ? whole(name) : value];
    });
    return { type, sequence_number: number, ...Object.fromEntries(filled) };
  };
};

/** The events of a kept response, as they were told, from this number on. */
export function* replayEvents(
  response: Body,
  cuts: readonly unknown[],
  from: number,
): Generator<Body, void, undefined> {
  const tell = replayer(response);
  let last: Body = {};
  for (const [number, cut] of cuts.entries()) {
    if (isObject(cut)) last = cut;
    const event = tell(isObject(cut) ? cut : { ...last, delta: cut }, number);
    if (number >= from) yield event;
  }
}
