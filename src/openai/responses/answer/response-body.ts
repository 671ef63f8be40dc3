import { jsonText } from '../../../kernel/well-formed.ts';
import type { WrittenText } from '../../../kernel/written-text.ts';
import { heldText } from '../ask/held-text.ts';
import type { ResponseFields } from '../ask/response-fields.ts';
import type { ResponseUsage } from './usage.ts';

/** Why a response failed. */
export type ResponseFailure = {
  readonly code: string;
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
};

/** What of a response says how it went, beside its items. What it was asked goes with it (`echoOf`). */
export type ResponseState = {
  readonly id: string;
  readonly object: 'response';
  readonly created_at: number;
  readonly status: 'in_progress' | 'completed' | 'incomplete' | 'failed';
  readonly completed_at: number | null;
  readonly background: false;
  readonly error: ResponseFailure | null;
  readonly incomplete_details: { readonly reason: 'max_output_tokens' | 'content_filter' } | null;
  readonly model: string;
  /** Left out until it is known: the published document has no null for it. */
  readonly usage?: ResponseUsage;
  readonly service_tier: string;
};

/**
 * What a response says of its request, as the members of a JSON object and its closing brace, written once: it stands
 * in three events. `rest` is what most requests say nothing of. `holds` is what it takes until the answer has ended,
 * bytes.
 */
export type Echo = { readonly own: string; readonly rest: string; readonly holds: number };

const textOf = ({ text }: Pick<ResponseFields, 'text'>): object => {
  const { type = 'text', name, description, schema, strict } = text?.format ?? {};
  const format = type === 'json_schema' ? { type, name, description, schema, strict: strict ?? null } : { type };
  return { format, verbosity: text?.verbosity ?? 'medium' };
};

const reasoningOf = ({ reasoning }: Pick<ResponseFields, 'reasoning'>): object => {
  const summary = reasoning?.summary ?? reasoning?.generate_summary ?? null;
  return { effort: reasoning?.effort ?? null, summary: summary === 'none' ? null : summary };
};

/** A tool as it was sent; a function says all four things of itself, which the published document asks for. */
const echoedTool = (tool: object): object =>
  'type' in tool && tool.type === 'function' && !('parameters' in tool && 'strict' in tool)
    ? { parameters: null, strict: null, ...tool }
    : tool;

/** Characters of instructions, tools and format that are repeated: they stand in three events, and are held so long. */
const mostEchoed = 1024 ** 2;

/** Of a character: itself, and its JSON. */
const bytesHeld = 2;
/** Every exchange has so much anyway. */
const freeBytes = 32 * 1024;

const repeatedParts = (fields: ResponseFields): readonly [ResponseFields, number] => {
  const held = heldText([fields.instructions, fields.tools, fields.text], mostEchoed);
  if (held === null) return [{ ...fields, instructions: undefined, tools: undefined, text: undefined }, 0];
  const holds = held * bytesHeld;
  return [fields, holds > freeBytes ? holds : 0];
};

const rareNames = [
  'max_tool_calls',
  'metadata',
  'parallel_tool_calls',
  'prompt_cache_key',
  'reasoning',
  'safety_identifier',
  'text',
  'tool_choice',
  'tools',
  'top_logprobs',
  'truncation',
  'user',
] as const;

/** What most requests say nothing of. */
const rareFields = (fields: Pick<ResponseFields, (typeof rareNames)[number]>): object => ({
  // OpenRouter's SDK takes no response without the penalties.
  frequency_penalty: 0,
  presence_penalty: 0,
  max_tool_calls: fields.max_tool_calls ?? null,
  metadata: fields.metadata ?? {},
  parallel_tool_calls: fields.parallel_tool_calls ?? true,
  prompt_cache_key: fields.prompt_cache_key ?? null,
  reasoning: reasoningOf(fields),
  safety_identifier: fields.safety_identifier ?? null,
  text: textOf(fields),
  tool_choice: fields.tool_choice ?? 'auto',
  tools: (fields.tools ?? []).map(echoedTool),
  top_logprobs: fields.top_logprobs ?? 0,
  truncation: fields.truncation ?? 'disabled',
  access_programs: null,
  user: fields.user,
});

const restOf = (fields: Parameters<typeof rareFields>[0]): string => jsonText(rareFields(fields)).slice(1);

const usualRest = restOf({});

const textOrNull = (text: string | undefined): string => (text === undefined ? 'null' : jsonText(text));

/**
 * The request's own words as its response repeats them, with OpenAI's own values for what was left out; `isKept` is
 * whether it will be there for later requests, which may be less than was asked for.
 */
export const echoOf = (asked: ResponseFields, isKept: boolean): Echo => {
  const [fields, holds] = repeatedParts(asked);
  const { instructions, max_output_tokens: most = null, previous_response_id: previous } = fields;
  const own =
    `"instructions":${textOrNull(instructions)},"max_output_tokens":${most},` +
    `"previous_response_id":${textOrNull(previous)},"store":${isKept},` +
    `"temperature":${fields.temperature ?? 1},"top_p":${fields.top_p ?? 1},`;
  return { own, rest: rareNames.every((name) => fields[name] === undefined) ? usualRest : restOf(fields), holds };
};

/** A count as JSON.stringify writes it. */
const countText = (count: number): string => (Number.isFinite(count) ? String(count) : 'null');

const usageText = (usage: ResponseUsage): string => {
  const { input_tokens_details: of, output_tokens_details: made } = usage;
  return (
    `{"input_tokens":${countText(usage.input_tokens)},` +
    `"input_tokens_details":{"cached_tokens":${countText(of.cached_tokens)},` +
    `"cache_write_tokens":${of.cache_write_tokens}},` +
    `"output_tokens":${countText(usage.output_tokens)},` +
    `"output_tokens_details":{"reasoning_tokens":${countText(made.reasoning_tokens)}},` +
    `"total_tokens":${countText(usage.total_tokens)}}`
  );
};

const orNull = (value: object | null): string => (value === null ? 'null' : jsonText(value));

/** How a response went, as JSON; written out, since each has it: JSON.stringify takes three times as long. */
export const stateText = (state: ResponseState): string => {
  const { id, created_at: created, status, completed_at: completed, error, incomplete_details: details } = state;
  const usage = state.usage === undefined ? '' : `"usage":${usageText(state.usage)},`;
  return (
    `{"id":"${id}","object":"response","created_at":${created},"status":"${status}","completed_at":${completed},` +
    `"background":false,"error":${orNull(error)},"incomplete_details":${orNull(details)},` +
    `"model":${jsonText(state.model)},${usage}"service_tier":${jsonText(state.service_tier)}}`
  );
};

/** A response as JSON, in parts: how it went, its items, what it was asked. */
export type ResponseTexts = { readonly state: string; readonly output: WrittenText; readonly echo: Echo };

/** A whole response as JSON. */
export const responseText = ({ state, output, echo }: ResponseTexts): WrittenText => [
  `${state.slice(0, -1)},"output":`,
  ...output,
  `,${echo.own}${echo.rest}`,
];

/** A response that has ended, in its parts or in the bytes that are sent, and how it was told. */
export type Finished = { readonly events: string } & ({ readonly texts: ResponseTexts } | { readonly sent: Buffer });

/** Keeps a finished response; undefined where none is to be kept. */
export type KeepFinished = ((finished: Finished) => Promise<void> | undefined) | undefined;
