import { E, t } from '../../../kernel/fp.ts';
import { isObject } from '../../../kernel/is-object.ts';
import { termsOf } from '../../../kernel/kept-terms.ts';
import type { ProxyError } from '../../../kernel/proxy-error.ts';
import { keep, oncePer } from '../../../kernel/remember.ts';
import type { Steps } from '../../../kernel/steps.ts';
import { blockThresholds, harmCategories } from '../../../gemini/safety.ts';
import { effortWish } from '../../effort-wish.ts';
import { chatBounds } from '../../field-bounds.ts';
import { withinBounds } from '../../../wire/bounds.ts';
import {
  decodeWithin,
  listOf,
  oneOf,
  optional,
  readOnce,
  record,
  stringOr,
  unlessEmpty,
  within,
} from '../../../wire/codec.ts';
import { misfit } from '../../../wire/reader.ts';
import { schemaOr } from '../../../wire/schema-codec.ts';
import type { Turn } from '../../../gemini/conversation/turns.ts';
import { chatMessage, type ChatMessage } from './chat-message.ts';
import { withExactResults, withExactToolParts } from './exact-results.ts';
import { withExactSchemas } from './exact-schemas.ts';
import { googleProps, neighbourProps } from './neighbour-codecs.ts';
import { refuseNeighbours } from './neighbour-fields.ts';
import { withGoogleConfig } from './google-config.ts';
import { withToolForms } from './tool-forms.ts';
import { withNeighbourForms } from './neighbour-forms.ts';
import { readTurns } from './read-turns.ts';

const text = t.string;
const object = t.UnknownRecord;
const flag = t.boolean;

const functionTool = record({
  name: text,
  description: optional(text),
  parameters: schemaOr({ type: 'object', additionalProperties: true }),
  strict: optional(flag),
});

const grammar = record({ syntax: optional(text), definition: text });

const customTool = record({
  name: text,
  description: optional(text),
  format: optional(record({ type: optional(text), grammar: optional(grammar) })),
});

/** A function, a custom tool, or one of Google's own by any of the names that clients use for it. */
const tool = record({
  type: optional(text),
  function: optional(functionTool),
  custom: optional(customTool),
  googleSearch: t.unknown,
  google_search: t.unknown,
  urlContext: t.unknown,
  url_context: t.unknown,
  codeExecution: t.unknown,
  code_execution: t.unknown,
  googleMaps: t.unknown,
  google_maps: t.unknown,
});

const named = record({ name: text });

const toolChoice = stringOr(
  record({
    type: optional(text),
    function: optional(named),
    custom: optional(named),
    allowed_tools: optional(
      record({
        mode: oneOf(['auto', 'required']),
        tools: listOf(record({ type: optional(text), function: optional(named), custom: optional(named) })),
      }),
    ),
  }),
);

const responseFormat = record({
  type: oneOf(['text', 'json_object', 'json_schema']),
  json_schema: optional(record({ name: optional(text), schema: schemaOr(undefined), strict: optional(flag) })),
  /** Together's, Fireworks' and llama.cpp's place for the schema. */
  schema: t.unknown,
  /** LiteLLM's. */
  response_schema: t.unknown,
});

const safetySettings = listOf(record({ category: oneOf(harmCategories), threshold: oneOf(blockThresholds) }));

const google = record({
  ...googleProps,
  safety_settings: unlessEmpty(safetySettings),
  safetySettings: unlessEmpty(safetySettings),
});

/** OpenAI's chat request as far as it is read. Null is absent everywhere; what is not named here is ignored. */
const chatRequest = record({
  ...neighbourProps,
  model: text,
  messages: listOf(chatMessage),
  max_completion_tokens: optional(within(1, Infinity, 'whole')),
  max_tokens: optional(within(1, Infinity, 'whole')),
  temperature: optional(within(0, 2)),
  top_p: optional(within(0, 1)),
  n: optional(within(1, 8, 'whole')),
  stop: optional(stringOr(listOf(text))),
  seed: optional(within(-(2 ** 63), 2 ** 63, 'whole')),
  presence_penalty: optional(within(-2, 2)),
  frequency_penalty: optional(within(-2, 2)),
  logprobs: optional(flag),
  top_logprobs: optional(within(0, 20, 'whole')),
  logit_bias: optional(object),
  response_format: optional(responseFormat),
  /** The same with each turn of an agent. */
  tools: optional(readOnce(listOf(tool))),
  tool_choice: optional(toolChoice),
  parallel_tool_calls: optional(flag),
  functions: optional(listOf(functionTool)),
  function_call: optional(stringOr(named)),
  reasoning_effort: effortWish,
  stream: optional(flag),
  stream_options: optional(record({ include_usage: optional(flag) })),
  service_tier: optional(oneOf(['auto', 'default', 'flex', 'priority', 'fast', 'scale'])),
  modalities: optional(listOf(oneOf(['text', 'audio', 'image']))),
  audio: optional(record({ voice: t.unknown, format: optional(text) })),
  web_search_options: optional(object),
  safety_settings: unlessEmpty(safetySettings),
  google: unlessEmpty(google),
  extra_body: unlessEmpty(record({ google: unlessEmpty(google) })),
});

/** The fields of a chat request, decoded. */
export type ChatFields = t.TypeOf<typeof chatRequest>;

/** All that a chat request says beside its messages. */
export type ChatTerms = Omit<ChatFields, 'messages'>;

/** A chat request, read: its messages are the turns of a conversation. */
export type ChatRequest = { readonly terms: ChatTerms; readonly turns: readonly Turn[] };

/** One entry of `tools`. */
export type ToolOffer = t.TypeOf<typeof tool>;

/** A function, from `tools` or the deprecated `functions`. */
export type FunctionTool = t.TypeOf<typeof functionTool>;

/** Google's own options, in either casing. */
export type GoogleOptions = t.TypeOf<typeof google>;

/** A body that was decoded: its terms, and its messages as they came. */
type ReadBody = { readonly terms: ChatTerms; readonly messages: readonly ChatMessage[] };

/**
 * Without a prototype all terms have one hidden class, whichever of 80 fields they have: else the first stream of a
 * process throws away the compiled code of 18 functions.
 */
const bare = <A extends object>(fields: A): A => ({ __proto__: null, ...fields });

const apart = ({ messages, ...fields }: ChatFields): ReadBody => ({ terms: bare(fields), messages });

const decodeFields = decodeWithin(chatBounds, chatRequest);

/** Decodes a body; what neighbours call otherwise is put into OpenAI's words. */
const readBody = (body: unknown, written: () => string): E.Either<ProxyError, ReadBody> => {
  const decoded = decodeFields(withToolForms(withGoogleConfig(body)));
  if (E.isLeft(decoded)) return decoded;
  const refused = refuseNeighbours(body);
  if (E.isLeft(refused)) return refused;
  return E.map((asked: ChatFields) => apart(withExactSchemas(asked, written)))(withNeighbourForms(decoded.right));
};

/** Terms that come again are read once. */
const readTerms = oncePer((terms: object): ChatTerms | null => {
  const read = readBody({ ...terms, messages: [] }, () => '');
  return E.isLeft(read) ? null : keep(read.right.terms);
});

const bounded = withinBounds(chatBounds.filter(({ path }) => path.startsWith('messages')));
const messageList = listOf(chatMessage);

/** A body whose terms were there before; null for any other, and for what does not fit: the longer way tells why. */
const readKnown = (body: unknown): ReadBody | null => {
  const shared = termsOf(body);
  const terms = shared === undefined ? null : readTerms(shared);
  if (terms === null || !isObject(body) || E.isLeft(bounded(body))) return null;
  const messages = messageList.read(body['messages']);
  return messages === misfit ? null : { terms, messages };
};

/** Reads the body of POST /v1/chat/completions; `written` gives how it was written. A long one takes several steps. */
export function* chatRequestInSteps(
  body: unknown,
  written: () => string,
): Steps<E.Either<ProxyError, ChatRequest>> {
  const known = readKnown(body);
  const read = known === null ? readBody(body, written) : E.right(known);
  if (E.isLeft(read)) return read;
  const { terms, messages } = read.right;
  const turns = yield* readTurns(withExactToolParts(withExactResults(messages, written), written));
  return E.isLeft(turns) ? turns : E.right({ terms, turns: turns.right });
}
