import { E, TE, pipe } from '../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../kernel/proxy-error.ts';
import { conversationLinks } from '../../gemini/conversation/conversation-links.ts';
import { tooManyPictures } from '../../gemini/conversation/earlier-pictures.ts';
import { recallKeysInSteps, type RecallWish } from '../../gemini/conversation/recall.ts';
import { textParts } from '../../gemini/conversation/text-parts.ts';
import { runApart, runAtOnce, type Steps } from '../../kernel/steps.ts';
import type { Caller } from '../../ports/capabilities.ts';
import type { Dialect, StepsOf } from '../../ports/dialect.ts';
import type { RecalledItems, ResponseStore } from '../../ports/response-store.ts';
import { decodeWith, optional } from '../../wire/codec.ts';
import { modelName } from '../../wire/model-name.ts';
import type { TranslationSettings } from '../../wire/translation-settings.ts';
import type { GivenItem } from './ask/given-item.ts';
import { readItems } from './ask/read-items.ts';
import { decodeResponseRequest, givenItems, referencesOf, type SentRequest } from './ask/request.ts';
import { reasoningField, textField, type ResponseFields } from './ask/response-fields.ts';
import type { ResponseRequest } from './ask/to-gemini.ts';
import { writtenNumbers } from './ask/written-numbers.ts';

type Sent = SentRequest & Pick<ResponseRequest, 'numbers'>;

/** A request that is still to be completed with what it refers to, or is already read; and who sent it. */
export type Reading = {
  readonly sent: Sent;
  readonly read: ResponseRequest | null;
  readonly caller: Caller | null;
};

/** A change of configuration among the items goes before the request's own words. */
const withUpdate = (fields: ResponseFields, update: GivenItem | null): E.Either<ProxyError, ResponseFields> => {
  if (update === null) return E.right(fields);
  const { item, path } = update;
  const reasoning = decodeWith(optional(reasoningField), `${path}.reasoning`)(item['reasoning']);
  if (E.isLeft(reasoning)) return reasoning;
  const text = decodeWith(optional(textField), `${path}.text`)(item['text']);
  if (E.isLeft(text)) return text;
  return E.right({
    ...fields,
    reasoning: reasoning.right === undefined ? fields.reasoning : { ...fields.reasoning, ...reasoning.right },
    text: text.right === undefined ? fields.text : { ...fields.text, ...text.right },
  });
};

const instructionsOf = ({ instructions = '' }: ResponseFields): ResponseRequest['turns'] =>
  instructions === ''
    ? []
    : [{ role: 'system', parts: [{ text: instructions }], path: 'instructions', called: 'instructions' }];

/** What a request says that is one text: a turn of the user's. */
const readText = ({ fields, numbers }: Sent, input: string): ResponseRequest => ({
  fields,
  turns: [...instructionsOf(fields), { role: 'user', parts: textParts(input) }],
  tools: [],
  dropped: 0,
  numbers,
});

/** Items of a whole conversation, with those of its earlier turns: twice what one request may bring. */
const mostGiven = 20_000;

const tooLong = invalid(
  `The conversation is too long: at most ${mostGiven} items are taken, with those of earlier responses.`,
  'previous_response_id',
  'invalid_value',
);

const allItems = (sent: Sent, recalled: RecalledItems | null): E.Either<ProxyError, readonly GivenItem[]> =>
  (recalled?.before.length ?? 0) + sent.own.length > mostGiven ? E.left(tooLong) : E.right(givenItems(sent, recalled));

function* readRequest(
  sent: Sent,
  recalled: RecalledItems | null,
  { modelAliases }: Pick<TranslationSettings, 'modelAliases'>,
): Steps<E.Either<ProxyError, ResponseRequest>> {
  const { input } = sent.fields;
  if (recalled === null && typeof input === 'string') return E.right(readText(sent, input));
  const given = allItems(sent, recalled);
  if (E.isLeft(given)) return given;
  const items = yield* readItems(given.right, modelName(sent.fields.model, modelAliases).model);
  if (E.isLeft(items)) return items;
  const { turns, tools, update, dropped } = items.right;
  const fault = tooManyPictures(turns);
  if (fault !== null) return E.left(fault);
  const fields = withUpdate(sent.fields, update);
  if (E.isLeft(fields)) return fields;
  const all = [...instructionsOf(fields.right), ...turns];
  return E.right({ fields: fields.right, turns: all, tools, dropped, numbers: sent.numbers });
}

/** For a request that nobody completed. */
export const notRead: E.Either<ProxyError, never> = E.left({ tag: 'Defect', cause: 'a request was not completed' });

type Way = 'decode' | 'lookUp' | 'callIds' | 'mediaLinks';

/** How a request is read, and the same in steps. */
export type ReadingWays = Required<Pick<Dialect<Reading>, Way>> & {
  readonly steps: Pick<StepsOf<Reading>, 'decode' | 'callIds'>;
};

/** How a request to the Responses API is read, whatever is asked of it: what it refers to comes from the store. */
export const readingOf = (
  settings: TranslationSettings,
  store: Pick<ResponseStore, 'recallItems'>,
): ReadingWays => {
  function* decode(body: unknown, written: () => string): Steps<E.Either<ProxyError, Reading>> {
    const asked = decodeResponseRequest(body);
    if (E.isLeft(asked)) return asked;
    yield;
    const { fields, own } = asked.right;
    const sent: Sent = { fields, own, numbers: writtenNumbers(asked.right, written) };
    if (referencesOf(sent) !== null) return E.right({ sent, read: null, caller: null });
    yield;
    const read = yield* readRequest(sent, null, settings);
    return E.isLeft(read) ? read : E.right({ sent, read: read.right, caller: null });
  }
  const callIds = ({ read: asked, sent }: Reading, wish: RecallWish): Steps<readonly string[]> =>
    recallKeysInSteps(asked?.turns ?? [], modelName(sent.fields.model, settings.modelAliases).model, wish);
  return {
    steps: { decode, callIds },
    decode: (body, written = () => '') => runAtOnce(decode(body, written)),
    lookUp: (reading, asker) => {
      const { sent } = reading;
      const references = reading.read === null ? referencesOf(sent) : null;
      if (references === null) return TE.right({ sent, read: reading.read, caller: asker.caller });
      return pipe(
        store.recallItems(references, asker),
        TE.flatMap((recalled) => () => runApart(readRequest(sent, recalled, settings))),
        TE.map((read): Reading => ({ sent, read, caller: asker.caller })),
      );
    },
    callIds: (reading, wish) => runAtOnce(callIds(reading, wish)),
    mediaLinks: ({ read: asked }) => conversationLinks(asked?.turns ?? [], settings.historyImages),
  };
};
