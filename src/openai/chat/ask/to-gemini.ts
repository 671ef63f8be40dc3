import { E, pipe } from '../../../kernel/fp.ts';
import type { ProxyError } from '../../../kernel/proxy-error.ts';
import { modelTraits, type ModelTraits } from '../../../gemini/model-traits.ts';
import type { GeminiCall, GenerateContentRequest, GenerationConfig, SafetySetting } from '../../../gemini/request.ts';
import { filtersOff } from '../../../gemini/safety.ts';
import type { TranslationContext } from '../../../ports/dialect.ts';
import { isModelId, modelName, noSuchModel, type ModelName } from '../../../wire/model-name.ts';
import { toContents, type Contents, type SystemPromptMode } from '../../../gemini/conversation/to-contents.ts';
import { generationConfig } from './generation-config.ts';
import { googleOptions } from './google-options.ts';
import type { HistoryImages } from '../../../gemini/conversation/earlier-pictures.ts';
import { chosenFormat, type ImageReplyFormat } from '../../../wire/image-reply.ts';
import type { ChatRequest } from './request.ts';
import {
  needsCirculation,
  toGeminiTools,
  toolPlan,
  type GeminiTools,
  type ToolPlan,
} from '../../../gemini/tools/tool-plan.ts';
import { readTools } from './read-tools.ts';

/** The settings that change how a chat request is translated. */
export type ChatSettings = {
  readonly systemPromptMode: SystemPromptMode;
  readonly historyImages: HistoryImages;
  readonly imageReplyFormat: ImageReplyFormat;
  /** What a block before anything was shown is: an error (as without it), or a choice with a refusal. */
  readonly blockedReply?: 'error' | 'choice';
  /** Thoughts are shown unless it is false. */
  readonly showThoughts?: boolean;
  readonly modelAliases: ReadonlyMap<string, string>;
};

/** Safety filters are off unless the request says otherwise; speech models take no such settings. */
const safetySettings = (asked: ChatRequest, traits: ModelTraits): readonly SafetySetting[] | undefined => {
  const wanted = googleOptions(asked).safety_settings;
  if (wanted !== undefined) return wanted;
  return traits.output === 'audio' ? undefined : filtersOff;
};

const tiers: Readonly<Record<string, 'flex' | 'priority'>> = { flex: 'flex', priority: 'priority', fast: 'priority' };

type Pieces = {
  readonly contents: Contents;
  readonly plan: ToolPlan;
  readonly tools: GeminiTools;
  readonly config: GenerationConfig;
};

const requestBody = (
  asked: ChatRequest,
  traits: ModelTraits,
  { contents, plan, tools, config }: Pieces,
): GenerateContentRequest => {
  const cachedContent = googleOptions(asked).cached_content;
  const written = Object.values(config).some((value) => value !== undefined);
  return {
    contents: contents.contents,
    ...(contents.system.length === 0 || !plan.takesInstruction
      ? {}
      : { systemInstruction: { parts: contents.system } }),
    ...tools,
    cachedContent,
    safetySettings: safetySettings(asked, traits),
    ...(written ? { generationConfig: config } : {}),
    serviceTier: tiers[asked.service_tier ?? ''],
  };
};

/** What a request is settled to before it is translated: once, for its call and for how its answer is written. */
export type SettledChat = {
  readonly name: ModelName;
  readonly traits: ModelTraits;
  readonly plan: ToolPlan;
  readonly imageReply: ImageReplyFormat;
  /** Unless the request itself says otherwise. */
  readonly showsThoughts: boolean;
};

/** Settles model, functions, tools and the form of pictures; Left where the request wants what does not go. */
export const settleChat =
  (settings: ChatSettings) =>
  (
    asked: ChatRequest,
    { imageReplyFormat }: Pick<TranslationContext, 'imageReplyFormat'>,
  ): E.Either<ProxyError, SettledChat> => {
    const name = modelName(asked.model, settings.modelAliases);
    if (!isModelId(name.model)) return E.left(noSuchModel(asked.model));
    const traits = modelTraits(name.model);
    const showsThoughts = !name.hidesThoughts && settings.showThoughts !== false;
    return pipe(
      chosenFormat(name.imageReply, imageReplyFormat, settings.imageReplyFormat),
      E.bindTo('imageReply'),
      E.bind('plan', () => pipe(readTools(asked, name.search), E.flatMap((tools) => toolPlan(tools, traits)))),
      E.map((chosen) => ({ ...chosen, name, traits, showsThoughts })),
    );
  };

/** A request with what it was settled to. */
export type ChatAsked = { readonly asked: ChatRequest; readonly settled: SettledChat; readonly settings: ChatSettings };

const piecesOf = (
  { asked, settled: { traits, plan, name, showsThoughts }, settings }: ChatAsked,
  { recalled, media }: TranslationContext,
): E.Either<ProxyError, Pieces> => {
  const { systemPromptMode, historyImages } = settings;
  const answers = { traits, names: plan.names, media, recalled, circulates: needsCirculation(plan) };
  const conversation = { ...answers, model: name.model, systemPromptMode, historyImages, path: 'messages' };
  const wishes = { model: name.model, traits, suffix: name.thinking, showsThoughts, formatsJson: plan.formatsJson };
  return pipe(
    toContents(asked.turns, conversation),
    E.bindTo('contents'),
    E.bind('config', () => generationConfig(asked, wishes)),
    E.map(({ contents, config }) => ({ contents, config, plan, tools: toGeminiTools(plan) })),
  );
};

/** A chat request as one call to Gemini. */
export const toGemini = (chat: ChatAsked, context: TranslationContext): E.Either<ProxyError, GeminiCall> => {
  const { asked, settled } = chat;
  const { name, traits } = settled;
  return pipe(
    piecesOf(chat, context),
    E.map((made) => ({
      model: name.model,
      streamed: asked.stream === true || traits.streamOnly,
      copies: traits.manyCandidates ? 1 : (asked.n ?? 1),
      body: requestBody(asked, traits, made),
    })),
  );
};
