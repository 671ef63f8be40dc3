import { E } from '../../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../../kernel/proxy-error.ts';
import type { Steps } from '../../../kernel/steps.ts';
import { contentsInSteps } from '../../../gemini/conversation/to-contents.ts';
import { jsonFormat, plainGeneration, stopSequences } from '../../../gemini/generation.ts';
import { outputLimit } from '../../../gemini/output-limit.ts';
import type { GeminiCall, GenerationConfig } from '../../../gemini/request.ts';
import { requestBody } from '../../../gemini/request-body.ts';
import { safetySettings } from '../../../gemini/safety.ts';
import { toolPlan, type ToolPlan } from '../../../gemini/tools/tool-plan.ts';
import type { TranslationContext } from '../../../ports/dialect.ts';
import { conversationSettings } from '../../../wire/conversation-settings.ts';
import { settleModel, type SettledModel } from '../../../wire/settle-model.ts';
import type { TranslationSettings } from '../../../wire/translation-settings.ts';
import { messageThinking, thoughtShow, type ThoughtShow } from './message-thinking.ts';
import { jsonWish, messageTools } from './message-tools.ts';
import type { MessagesRequest } from './request.ts';

/** The settings that change how messages are translated. */
export type MessagesSettings = TranslationSettings & {
  /** The longest answer of a model as Google lists it; undefined where it has not told. */
  readonly listedLimit?: (model: string) => number | undefined;
};

/** What a request is settled to: once, for its call and for how its answer is written. */
export type SettledMessages = SettledModel & { readonly plan: ToolPlan; readonly show: ThoughtShow };

/** A request with what it was settled to. */
export type MessagesAsked = {
  readonly asked: MessagesRequest;
  readonly settled: SettledMessages;
  readonly settings: MessagesSettings;
};

/** Claude Code's mark for a window of a million tokens, which Gemini's models have anyway. */
const withoutWindow = (model: string): string => model.replace(/\[1m\]$/i, '');

const speaks: ProxyError = invalid(
  "'model': this model speaks and does not write: ask for it at /v1/audio/speech.",
  'model',
  'unsupported_value',
);

/** The model that is meant, by the name that the client uses. */
export const settleMessageModel = (
  asked: Pick<MessagesRequest, 'model'>,
  settings: TranslationSettings,
): E.Either<ProxyError, SettledModel> => settleModel(withoutWindow(asked.model), settings);

/** Settles model, tools and thinking; Left where the request wants what does not go. */
export const settleMessages =
  (settings: MessagesSettings) =>
  (asked: MessagesRequest): E.Either<ProxyError, SettledMessages> => {
    const model = settleMessageModel(asked, settings);
    if (E.isLeft(model)) return model;
    const { name, traits, showsThoughts } = model.right;
    if (traits.output === 'audio') return E.left(speaks);
    const tools = messageTools(asked, name.search);
    if (E.isLeft(tools)) return tools;
    const plan = toolPlan(tools.right, traits);
    if (E.isLeft(plan)) return plan;
    return E.right({ name, traits, showsThoughts, plan: plan.right, show: thoughtShow(asked, showsThoughts) });
  };

const capOf = ({ max_tokens: most }: MessagesRequest, model: string, settings: MessagesSettings): number | undefined =>
  most === null ? undefined : Math.min(most, settings.listedLimit?.(model) ?? outputLimit(model));

const formatOf = (asked: MessagesRequest, { formatsJson }: ToolPlan): E.Either<ProxyError, GenerationConfig> => {
  const wish = formatsJson ? jsonWish(asked) : null;
  return wish === null ? E.right({}) : jsonFormat(wish);
};

const stopsOf = ({ stop_sequences: stops = [] }: MessagesRequest): E.Either<ProxyError, GenerationConfig> =>
  stopSequences(
    stops.filter((stop) => stop.trim() !== ''),
    'stop_sequences',
  );

/** SillyTavern sends 0 for none; Gemini takes no 0. */
const topKOf = ({ top_k: most }: MessagesRequest): number | undefined => (most === 0 ? undefined : most);

const configOf = ({ asked, settled, settings }: MessagesAsked): E.Either<ProxyError, GenerationConfig> => {
  const { name, traits, show, plan } = settled;
  const cap = capOf(asked, name.model, settings);
  const wishes = { temperature: asked.temperature, topP: asked.top_p, topK: topKOf(asked), maxOutputTokens: cap };
  const thinking = messageThinking(asked, { traits, suffix: name.thinking, show, cap });
  const stops = stopsOf(asked);
  if (E.isLeft(stops)) return stops;
  const format = formatOf(asked, plan);
  if (E.isLeft(format)) return format;
  return E.right({
    ...plainGeneration(wishes, traits),
    ...stops.right,
    ...format.right,
    ...(traits.output === 'image' ? { responseModalities: ['TEXT', 'IMAGE'] as const } : {}),
    ...(thinking === undefined ? {} : { thinkingConfig: thinking }),
  });
};

/** A request for a message as one call to Gemini; a long conversation takes several steps. */
export function* toGemini(
  of: MessagesAsked,
  known: Pick<TranslationContext, 'recalled' | 'media'>,
): Steps<E.Either<ProxyError, GeminiCall>> {
  const { asked, settled } = of;
  const { name, traits, plan } = settled;
  const conversation = conversationSettings(of, known, 'messages');
  const contents = yield* contentsInSteps(asked.turns, conversation);
  if (E.isLeft(contents)) return contents;
  const config = configOf(of);
  if (E.isLeft(config)) return config;
  const pieces = { contents: contents.right, plan, config: config.right };
  return E.right({
    model: name.model,
    streamed: asked.stream === true || traits.streamOnly,
    copies: asked.max_tokens === 0 ? 0 : 1,
    body: requestBody({ ...pieces, safetySettings: safetySettings(undefined, traits) }),
  });
}
