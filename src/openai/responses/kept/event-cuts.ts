import { isObject } from '../../../kernel/is-object.ts';
import { perText } from '../../../kernel/remember.ts';
import { isLifecycle, type ItemEvent, type ResponseEvent } from '../answer/response-event.ts';
import type { ToldTexts } from '../answer/tell-texts.ts';
import { eventOfItem, isToldByItem, textOfItem } from './event-fields.ts';

type Body = Readonly<Record<string, unknown>>;

/** Notes events as they go out. */
export type CutRecorder = {
  readonly note: (events: readonly ResponseEvent[]) => void;
  /** Notes the events of these pieces. */
  readonly noteTexts: (told: ToldTexts) => void;
  /**
   * How a response was told in events, without what the response itself says, as a JSON list. An event that its item
   * tells is its type and the item's index, and the length of the piece of text that it adds; one more piece of the
   * same text is its length alone; all others are as they were sent, without their number and the response. So a
   * stream costs a few bytes a piece, and can be told again with the same pieces and numbers.
   */
  readonly text: () => string;
};

type Piece = Body & { readonly type: string; readonly delta: string };

/** A piece that brings nothing beside its text. */
const isPiece = (event: Body): event is Piece => {
  const { delta, logprobs } = event;
  return typeof delta === 'string' && (logprobs === undefined || (Array.isArray(logprobs) && logprobs.length === 0));
};

/** What an event is about: of which type it is, and the item's index. */
type Place = { readonly type: string; readonly index: unknown };

const nowhere: Place = { type: '', index: -1 };

const placeOf = ({ type, output_index: index }: Body & { readonly type: string }): Place => ({ type, index });

const isSamePlace = (one: Place, other: Place): boolean => one.type === other.type && one.index === other.index;

const placeCut = ({ type, index }: Place, more: number): string =>
  more === 0 ? `["${type}",${Number(index)}]` : `["${type}",${Number(index)},${more}]`;

const itemCut = (event: ItemEvent, piece: Piece | null): string =>
  placeCut(placeOf(event), piece === null ? Number(event['annotation_index'] ?? 0) : piece.delta.length);

const stateCut = (type: string, tier: string): string => `{"type":"${type}","tier":${JSON.stringify(tier)}}`;

/** The length of a piece that is all of its text, or what is left of it. */
const allOfIt = -1;

/** What a list of events begins with that tells an answer of one text. */
const plain = 'plain';

/** How an answer of one text is told, by the characters of its pieces; the tiers are those of begin and end. */
export const plainCuts = (lengths: readonly number[], asked: string, served: string): string =>
  `["${plain}",${JSON.stringify(asked)},${JSON.stringify(served)},${lengths.join(',')}]`;

/** The tiers of a response, as it was asked and as it was served. */
type Tiers = { readonly asked: string; readonly served: string };

const cutsOfTiers = perText((_words, { asked, served }: Tiers) => plainCuts([allOfIt], asked, served));

/** How an answer of one text is told that is all there at once: there are as many ways as tiers. */
export const wholeCuts = (tiers: Tiers): string => cutsOfTiers(`${tiers.asked} ${tiers.served}`, tiers);

/** The same as any other answer is told. */
const fullCuts = (cuts: readonly unknown[]): readonly unknown[] => {
  const [kind, asked, served, first, ...more] = cuts;
  if (kind !== plain) return cuts;
  return [
    { type: 'response.created', tier: asked },
    { type: 'response.in_progress', tier: asked },
    ['response.output_item.added', 0],
    ['response.content_part.added', 0],
    ['response.output_text.delta', 0, first],
    ...more,
    ['response.output_text.done', 0],
    ['response.content_part.done', 0],
    ['response.output_item.done', 0],
    { type: 'response.completed', tier: served },
  ];
};

const cutText = (event: ResponseEvent, piece: Piece | null): string => {
  const { type } = event;
  if (isLifecycle(event)) return stateCut(type, event.response.service_tier);
  if (isToldByItem(type) && (piece !== null || !('delta' in event))) return itemCut(event, piece);
  const { sequence_number: _number, ...body }: ItemEvent = event;
  return JSON.stringify(body);
};

/** Begins to note. */
export const recordCuts = (): CutRecorder => {
  let noted = '';
  let last: Place = nowhere;
  const add = (cut: string | number): void => {
    noted += noted === '' ? cut : `,${cut}`;
  };
  return {
    note: (events) => {
      for (const event of events) {
        const piece = isPiece(event) ? event : null;
        add(piece !== null && isSamePlace(last, placeOf(piece)) ? piece.delta.length : cutText(event, piece));
        last = piece === null ? nowhere : placeOf(piece);
      }
    },
    noteTexts: ({ index, texts }) => {
      const place = { type: 'response.output_text.delta', index };
      for (const text of texts) {
        add(isSamePlace(last, place) ? text.length : placeCut(place, text.length));
        last = place;
      }
    },
    text: () => `[${noted}]`,
  };
};

const itemsIn = ({ output }: Body): readonly Body[] => (Array.isArray(output) ? output.filter(isObject) : []);

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

/** An event as its item tells it: its type, the item's index, and the piece's length or the annotation's place. */
type ItemCut = readonly [string, number, number];

const itemCutOf = (cut: unknown): ItemCut | null => {
  if (!Array.isArray(cut)) return null;
  const [type, index, more = 0]: readonly unknown[] = cut;
  return typeof type === 'string' && typeof index === 'number' && typeof more === 'number' ? [type, index, more] : null;
};

/** What tells events again: a text is read on from where its last piece ended. */
const replayer = (response: Body): ((cut: ItemCut | Body) => Body) => {
  const items = itemsIn(response);
  const told = new Map<unknown, number>();
  const pieceOf = (index: unknown, item: Body, length: number): string => {
    const from = told.get(index) ?? 0;
    told.set(index, from + length);
    const text = textOfItem(item);
    return length === allOfIt ? text.slice(from) : text.slice(from, from + length);
  };
  return (cut) => {
    const known = itemCutOf(cut);
    if (known !== null) {
      const [type, index, more] = known;
      const item = items[index] ?? {};
      const piece = type.endsWith('.delta') ? pieceOf(index, item, more) : '';
      return eventOfItem(type, item, { index, piece, annotation: more });
    }
    const body: Body = isObject(cut) ? cut : {};
    const { type, tier, output_index: index, delta } = body;
    if (typeof delta === 'string') pieceOf(index, {}, delta.length);
    return tier === undefined ? body : { type, response: isEarly(type) ? earlyState(response, tier) : response };
  };
};

/** The events of a kept response, as they were told, from this number on. */
export function* replayEvents(
  response: Body,
  cuts: readonly unknown[],
  from: number,
): Generator<Body, void, undefined> {
  const tell = replayer(response);
  let last: ItemCut = ['', 0, 0];
  for (const [number, cut] of fullCuts(cuts).entries()) {
    last = typeof cut === 'number' ? [last[0], last[1], cut] : (itemCutOf(cut) ?? last);
    const { type, ...event } = tell(isObject(cut) ? cut : last);
    if (number >= from) yield { type, sequence_number: number, ...event };
  }
}
