import type { ByteSink } from '../../../kernel/byte-sink.ts';
import { jsonText } from '../../../kernel/well-formed.ts';
import { finishKind } from '../../../gemini/finish.ts';
import type { Frame } from '../../../gemini/response.ts';
import { soleTexts } from '../../../gemini/sole-text.ts';
import type { EndAtOnce } from '../../../ports/answer-writer.ts';
import { outputItemId } from '../item-ids.ts';
import { plainCuts } from '../kept/event-cuts.ts';
import { deltaHead, deltaPlace, deltaTail } from './event-writer.ts';
import { weightOfPiece } from './kept-weight.ts';
import { stateText } from './response-body.ts';
import { begunState, completedState, tierOf, type CollectorFacts } from './response-collector.ts';

/** Where something stands. */
type Stretch = readonly [number, number];

/** How many events come before the first piece of text. */
const before = 4;

const lineOf = (type: string, number: number): string =>
  `event: ${type}\ndata: {"type":"${type}","sequence_number":${number},`;
const ofItem = '"output_index":0,"item":';
const partOpening = '{"type":"output_text","text":"';
const partEnd = '","annotations":[],"logprobs":[]}';
const lineEnd = '}\n\n';

const messageOpening = (id: string, status: string): string =>
  `{"type":"message","id":"${id}","status":"${status}","role":"assistant","content":[`;

const inMessage = (id: string): string => `"item_id":"${id}","output_index":0,"content_index":0,`;

/** The events before the first piece of text; where in them the request is repeated. */
const writeBeginning = (into: ByteSink, { echo, settings }: CollectorFacts, id: string): Stretch => {
  const from = into.add(`${lineOf('response.created', 0)}"response":`);
  const echoFrom = into.add(`${stateText(begunState(settings)).slice(0, -1)},"output":[],`);
  const to = into.add(echo.own + echo.rest);
  into.add(`${lineEnd}${lineOf('response.in_progress', 1)}"response":`);
  into.again(from, to);
  into.add(
    `${lineEnd}${lineOf('response.output_item.added', 2)}${ofItem}${messageOpening(id, 'in_progress')}]}${lineEnd}` +
      `${lineOf('response.content_part.added', 3)}${inMessage(id)}"part":${partOpening}${partEnd}${lineEnd}`,
  );
  return [echoFrom, to];
};

/** The events of the pieces; where what they say stands in them, without its quotes. */
const writePieces = (into: ByteSink, id: string, texts: readonly string[]): readonly Stretch[] => {
  const place = deltaPlace(id, 0);
  return texts.map((text, at): Stretch => {
    const head = deltaHead + (before + at) + place;
    const from = into.size() + head.length + 1;
    return [from, into.add(head + jsonText(text) + deltaTail) - deltaTail.length - 1];
  });
};

/** All of the text, put together from its pieces; then the part and the item in which it stands. Where the item is. */
const writeMessage = (into: ByteSink, id: string, pieces: readonly Stretch[]): Stretch => {
  const number = before + pieces.length;
  const from = into.add(`${lineOf('response.output_text.done', number)}${inMessage(id)}"text":"`);
  for (const [one, other] of pieces) into.again(one, other);
  const to = into.size();
  into.add(
    `","logprobs":[]${lineEnd}${lineOf('response.content_part.done', number + 1)}${inMessage(id)}"part":${partOpening}`,
  );
  into.again(from, to);
  const itemFrom = into.add(`${partEnd}${lineEnd}${lineOf('response.output_item.done', number + 2)}${ofItem}`);
  into.add(messageOpening(id, 'completed') + partOpening);
  into.again(from, to);
  const itemTo = into.add(`${partEnd}]}`);
  return [itemFrom, itemTo];
};

const charactersIn = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + weightOfPiece(text), 0);

/**
 * All of a stream that says one text in pieces, without the events and the state that the machine makes of it to begin
 * with: each text is made JSON and UTF-8 once, and copied to where it is told again. Null for any other stream, which
 * the machine must read.
 */
export const plainStream = (facts: CollectorFacts, frames: readonly Frame[], into: ByteSink): EndAtOnce | null => {
  const { settings, keep } = facts;
  const said = settings.jsonAnswer === null && !settings.citesSources ? soleTexts(frames) : null;
  if (said === null || finishKind(said.reason) !== 'stopped') return null;
  const { texts, usage } = said;
  const id = outputItemId('msg', settings.id, 0);
  const [echoFrom, echoTo] = writeBeginning(into, facts, id);
  const pieces = writePieces(into, id, texts);
  const [from, to] = writeMessage(into, id, pieces);
  const tier = tierOf(settings, usage);
  const state = stateText(completedState(settings, { usage, tier }));
  const last = lineOf('response.completed', before + pieces.length + 3);
  const begun = `${state.slice(0, -1)},"output":[`;
  const responseFrom = into.add(`${lineEnd}${last}"response":${begun}`) - Buffer.byteLength(begun);
  into.again(from, to);
  into.add('],');
  const responseTo = into.again(echoFrom, echoTo);
  into.add(lineEnd);
  const sent = into.bytes(responseFrom, responseTo);
  const events = (): string => plainCuts(texts.map(({ length }) => length), settings.tier, tier);
  return {
    kept: charactersIn(texts),
    signatures: [],
    keep: keep === undefined ? undefined : () => keep({ sent, events: events() }),
  };
};
