import { E, pipe } from '../../../kernel/fp.ts';
import type { ProxyError } from '../../../kernel/proxy-error.ts';
import { modelTraits, type ModelTraits } from '../../../gemini/model-traits.ts';
import type { GeminiCall, GenerateContentRequest, GenerationConfig, RequestPart, SafetySetting } from '../../../gemini/request.ts';
import { filtersOff } from '../../../gemini/safety.ts';
import type { TranslationContext } from '../../../ports/dialect.ts';
import { isModelId, modelName, noSuchModel, type ModelName } from '../../../wire/model-name.ts';
import { toContents, type Contents, type SystemPromptMode } from './contents.ts';
import { functionNames, type FunctionNames } from '../../../gemini/conversation/function-names.ts';
import { declaredNames } from './declared-tools.ts';
import { generationConfig } from './generation-config.ts';
import { googleOptions } from './google-options.ts';
import { rememberedOf } from './history-signatures.ts';
import { isShown, type HistoryImages } from './history-images.ts';
import { chosenFormat, type ImageReplyFormat } from '../../../wire/image-reply.ts';
import type { ChatRequest } from './request.ts';
import { circulates, toGeminiTools, toolPlan, type GeminiTools, type ToolPlan } from './tools.ts';

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
const safety = (asked: ChatRequest, traits: ModelTraits): readonly SafetySetting[] | undefined => {
  const wanted = googleOptions(asked).safety_settings;
  if (wanted !== undefined) return wanted;
  return traits.output === 'audio' ? undefined : filtersOff;
};

const tiers: Readonly<Record<string, 'flex' | 'priority'>> = { flex: 'flex', priority: 'priority', fast: 'priority' };

/** mediaResolution on a part is refused before Gemini 3. */
const fitting = (parts: readonly RequestPart[], traits: ModelTraits): readonly RequestPart[] =>
  traits.richParts ? parts : parts.map(({ mediaResolution: _, ...part }) => part);

type Pieces = { readonly contents: Contents; readonly plan: ToolPlan; readonly tools: GeminiTools; readonly config: GenerationConfig };

const body = (asked: ChatRequest, traits: ModelTraits, { contents, plan, tools, config }: Pieces): GenerateContentRequest => {
  const cachedContent = googleOptions(asked).cached_content;
  const written = Object.values(config).some((value) => value !== undefined);
  return {
    contents: contents.contents.map((content) => ({ ...content, parts: fitting(content.parts, traits) })),
    ...(contents.system.length === 0 || !plan.takesInstruction ? {} : { systemInstruction: { parts: contents.system } }),
    ...tools,
    cachedContent,
    safetySettings: safety(asked, traits),
    ...(written ? { generationConfig: config } : {}),
    serviceTier: tiers[asked.service_tier ?? ''],
  };
};

type Setting = { readonly name: ModelName; readonly traits: ModelTraits; readonly names: FunctionNames; readonly plan: ToolPlan; readonly settings: ChatSettings };

const pieces = (asked: ChatRequest, { traits, names, plan, name, settings }: Setting, { recalled, media }: TranslationContext): E.Either<ProxyError, Pieces> => {
  const answers = { traits, names, remembered: rememberedOf(asked.messages, name.model, recalled), media, circulates: circulates(plan), isShown: isShown(asked.messages, settings.historyImages) };
  return pipe(
    toContents(asked.messages, { ...answers, systemPromptMode: settings.systemPromptMode }),
    E.bindTo('contents'),
    E.bind('config', () => generationConfig(asked, { model: name.model, traits, suffix: name.thinking, showsThoughts: !name.hidesThoughts && settings.showThoughts !== false, formatsJson: plan.formatsJson })),
    E.map(({ contents, config }) => ({ contents, config, plan, tools: toGeminiTools(plan, names) })),
  );
};

/** A chat request as one call to Gemini. */
export const toGemini =
  (settings: ChatSettings) =>
  (asked: ChatRequest, context: TranslationContext): E.Either<ProxyError, GeminiCall> => {
    const name = modelName(asked.model, settings.modelAliases);
    if (!isModelId(name.model)) return E.left(noSuchModel(asked.model));
    const traits = modelTraits(name.model);
    const names = functionNames(declaredNames(asked));
    return pipe(
      chosenFormat(name.imageReply, context.imageReplyFormat, settings.imageReplyFormat),
      E.flatMap(() => toolPlan(asked, { traits, searchSuffix: name.search })),
      E.flatMap((plan) => pieces(asked, { name, traits, names, plan, settings }, context)),
      E.map((made) => ({
        model: name.model,
        streamed: asked.stream === true || traits.streamOnly,
        copies: traits.manyCandidates ? 1 : (asked.n ?? 1),
        body: body(asked, traits, made),
      })),
    );
  };
