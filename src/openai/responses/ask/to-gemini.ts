import { E } from '../../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../../kernel/proxy-error.ts';
import { keep, perText } from '../../../kernel/remember.ts';
import type { Steps } from '../../../kernel/steps.ts';
import { contentsInSteps } from '../../../gemini/conversation/to-contents.ts';
import type { Turn } from '../../../gemini/conversation/turns.ts';
import { jsonFormat, plainGeneration } from '../../../gemini/generation.ts';
import { outputLimit } from '../../../gemini/output-limit.ts';
import { requestBody } from '../../../gemini/request-body.ts';
import type { GeminiCall, GenerationConfig } from '../../../gemini/request.ts';
import { safetySettings } from '../../../gemini/safety.ts';
import { withLongNumbers, type LongNumbers } from '../../../gemini/schema/long-numbers.ts';
import { settleThinking } from '../../../gemini/thinking.ts';
import type { AskedTools, JsonWish } from '../../../gemini/tools/asked-tools.ts';
import { toolPlan, type ToolPlan } from '../../../gemini/tools/tool-plan.ts';
import type { TranslationContext } from '../../../ports/dialect.ts';
import { conversationSettings } from '../../../wire/conversation-settings.ts';
import { serviceTier } from '../../../wire/service-tier.ts';
import { settleModel, type SettledModel } from '../../../wire/settle-model.ts';
import type { TranslationSettings } from '../../../wire/translation-settings.ts';
import { chosenTools } from './chosen-tools.ts';
import { offeredTools } from './offered-tools.ts';
import { pictureLook } from './picture-look.ts';
import type { ItemTools } from './read-items.ts';
import type { ResponseFields } from './response-fields.ts';
import type { ToolKinds } from './tool-kinds.ts';

/** What the translation of a request depends on beside it. */
export type AskSettings = TranslationSettings & {
  /** The longest answer of a model as Google lists it; undefined where it has not told. */
  readonly listedLimit?: (model: string) => number | undefined;
};

/** A request, read: its fields, with the last change of configuration in them, its turns, and what items brought. */
export type ResponseRequest = {
  readonly fields: ResponseFields;
  readonly turns: readonly Turn[];
  readonly tools: readonly ItemTools[];
  /** Items that were left out. */
  readonly dropped: number;
  /** How long numbers are written in its schemas. */
  readonly numbers: LongNumbers | null;
};

/** What a request is settled to before it is translated. */
export type SettledResponse = SettledModel & { readonly plan: ToolPlan; readonly kinds: ToolKinds };

/** The wish for an answer in JSON; null for none. */
const jsonWish = ({ fields: { text }, numbers }: Pick<ResponseRequest, 'fields' | 'numbers'>): JsonWish | null => {
  const format = text?.format;
  if (format === undefined || format.type === 'text') return null;
  const given = format.type === 'json_schema' ? format.schema : undefined;
  const schema = given === undefined || numbers === null ? given : withLongNumbers(given, numbers);
  return { path: 'text.format', schema, schemaPath: 'text.format.schema' };
};

/** Log probabilities are told where `include` asks for them, and asked for only then. */
const wantsLogprobs = ({ include = [] }: ResponseFields): boolean =>
  include.includes('message.output_text.logprobs');

const faultOf = ({ text, model }: ResponseFields, { traits }: SettledModel): ProxyError | null => {
  const format = text?.format;
  if (format?.type === 'json_schema' && format.schema === undefined) {
    const path = 'text.format.schema';
    return invalid(`Missing required parameter: '${path}'.`, path, 'missing_required_parameter');
  }
  return traits.output === 'audio'
    ? invalid(`'model': ${model.slice(0, 100)} speaks; ask for it at /audio/speech.`, 'model', 'unsupported_value')
    : null;
};

type Asked = Pick<ResponseRequest, 'fields' | 'tools' | 'numbers'>;

type SettleSettings = Pick<TranslationSettings, 'modelAliases' | 'showThoughts'>;

const settleAny = (asked: Asked, settings: SettleSettings): E.Either<ProxyError, SettledResponse> => {
  const { fields, tools } = asked;
  const settled = settleModel(fields.model, settings);
  if (E.isLeft(settled)) return settled;
  const fault = faultOf(fields, settled.right);
  if (fault !== null) return E.left(fault);
  const offered = offeredTools([{ tools: fields.tools ?? [], path: 'tools' }, ...tools], asked.numbers);
  if (E.isLeft(offered)) return offered;
  const { name, traits, showsThoughts } = settled.right;
  const suffixed = name.search ? [{ tool: 'googleSearch' as const, path: null }] : [];
  const chosen = chosenTools(fields, offered.right);
  if (E.isLeft(chosen)) return chosen;
  const { functions, builtIns, choice } = chosen.right;
  const wanted: AskedTools = {
    functions,
    builtIns: [...suffixed, ...builtIns],
    choice,
    paths: { functions: 'tools', choice: 'tool_choice' },
    json: jsonWish(asked),
    logprobs: wantsLogprobs(fields) ? 'include' : null,
    cachedContent: null,
  };
  const plan = toolPlan(wanted, traits);
  return E.isLeft(plan)
    ? plan
    : E.right({ name, traits, showsThoughts, plan: plan.right, kinds: offered.right.kinds });
};

/** True where nothing but the model plays a part in how a request is settled. */
const saysModelAlone = ({ fields: { tools, tool_choice: choice, text, include }, tools: brought }: Asked): boolean =>
  tools === undefined && choice === undefined && text === undefined && include === undefined && brought.length === 0;

/** Settles model and tools, for most requests once a model; Left where the request wants what does not go. */
export const settleResponse = (settings: SettleSettings): ((asked: Asked) => E.Either<ProxyError, SettledResponse>) => {
  const ofModel = perText((model) => settleAny({ fields: { model }, tools: [], numbers: null }, settings));
  return (asked) => (saysModelAlone(asked) ? ofModel(asked.fields.model) : settleAny(asked, settings));
};

/** True where thoughts are asked for. */
export const wantsSummary = ({ reasoning }: ResponseFields): boolean => {
  const summary = reasoning?.summary ?? reasoning?.generate_summary;
  return summary !== undefined && summary !== 'none';
};

const nothingAsked: E.Either<ProxyError, GenerationConfig> = E.right({});

/** As much as was asked for, as far as the model can answer: Gemini refuses more. */
const capOf = (
  { max_output_tokens: most }: ResponseFields,
  model: string,
  { listedLimit }: AskSettings,
): number | undefined => (most === undefined ? undefined : Math.min(most, listedLimit?.(model) ?? outputLimit(model)));

/** What a request says of sampling, length and thinking. */
type PlainAsked = { readonly fields: ResponseFields; readonly model: SettledModel; readonly cap: number | undefined };

const plainConfig = ({ fields, model: { name, traits }, cap: maxOutputTokens }: PlainAsked): GenerationConfig => {
  const { temperature, top_p: topP, reasoning } = fields;
  const effort = reasoning?.effort;
  const thinkingConfig = settleThinking(
    traits.thinking,
    {
      asked: effort === undefined ? null : { kind: 'effort', effort },
      suffix: name.thinking,
      cap: maxOutputTokens,
    },
    { asked: wantsSummary(fields), isGoogles: false, otherwise: false },
  );
  return { ...plainGeneration({ temperature, topP, maxOutputTokens }, traits), thinkingConfig };
};

/** Clients say the same of these with each request: it is made, and written, once. */
const usualConfig = perText((_said, asked: PlainAsked) => keep(plainConfig(asked)));

const plainConfigOf = (asked: PlainAsked): GenerationConfig => {
  const { fields, model, cap } = asked;
  const { temperature, top_p: topP, reasoning } = fields;
  const { model: name, thinking } = model.name;
  if (thinking !== null) return plainConfig(asked);
  const summary = wantsSummary(fields);
  return usualConfig(`${temperature} ${topP} ${cap} ${reasoning?.effort} ${summary} ${name}`, asked);
};

const generationConfig = (
  asked: ResponseRequest,
  settled: SettledResponse,
  settings: AskSettings,
): E.Either<ProxyError, GenerationConfig> => {
  const { fields } = asked;
  const { name, traits, plan } = settled;
  const plain = plainConfigOf({ fields, model: settled, cap: capOf(fields, name.model, settings) });
  const wish = jsonWish(asked);
  const isDrawn = traits.output === 'image';
  if (wish === null && !isDrawn && !wantsLogprobs(fields)) return E.right(plain);
  const format = wish === null || !plan.formatsJson ? nothingAsked : jsonFormat(wish);
  if (E.isLeft(format)) return format;
  const look = isDrawn ? pictureLook(fields, name.model) : nothingAsked;
  if (E.isLeft(look)) return look;
  return E.right({
    ...plain,
    ...format.right,
    ...(isDrawn ? { responseModalities: ['TEXT', 'IMAGE'] } : {}),
    ...look.right,
    ...(wantsLogprobs(fields) ? { responseLogprobs: true, logprobs: fields.top_logprobs } : {}),
  });
};

/** A request with what it was settled to. */
export type ResponseAsked = {
  readonly asked: ResponseRequest;
  readonly settled: SettledResponse;
  readonly settings: AskSettings;
};

type Known = Pick<TranslationContext, 'recalled' | 'media'>;

/** A request to the Responses API as one call to Gemini. */
export function* geminiInSteps(
  { asked, settled, settings }: ResponseAsked,
  known: Known,
): Steps<E.Either<ProxyError, GeminiCall>> {
  const { name, traits, plan } = settled;
  const conversation = conversationSettings({ settled, settings }, known, 'input');
  const contents = yield* contentsInSteps(asked.turns, conversation);
  if (E.isLeft(contents)) return contents;
  const config = generationConfig(asked, settled, settings);
  if (E.isLeft(config)) return config;
  return E.right({
    model: name.model,
    streamed: asked.fields.stream === true || traits.streamOnly,
    copies: 1,
    body: requestBody({
      contents: contents.right,
      config: config.right,
      plan,
      safetySettings: safetySettings(undefined, traits),
      serviceTier: serviceTier(asked.fields.service_tier),
    }),
  });
}
