import { E, pipe } from '../../../kernel/fp.ts';
import type { ProxyError } from '../../../kernel/proxy-error.ts';
import { toContents, type Contents } from '../../../gemini/conversation/to-contents.ts';
import { requestBody } from '../../../gemini/request-body.ts';
import type { GeminiCall, GenerationConfig } from '../../../gemini/request.ts';
import { safetySettings } from '../../../gemini/safety.ts';
import { needsCirculation, toolPlan, type ToolPlan } from '../../../gemini/tools/tool-plan.ts';
import type { TranslationContext } from '../../../ports/dialect.ts';
import { chosenFormat, type ImageReplyFormat } from '../../../wire/image-reply.ts';
import { serviceTier } from '../../../wire/service-tier.ts';
import { settleModel, type SettledModel } from '../../../wire/settle-model.ts';
import type { TranslationSettings } from '../../../wire/translation-settings.ts';
import { generationConfig } from './generation-config.ts';
import { googleOptions } from './google-options.ts';
import { readTools } from './read-tools.ts';
import type { ChatRequest } from './request.ts';

/** What a request is settled to before it is translated: once, for its call and for how its answer is written. */
export type SettledChat = SettledModel & { readonly plan: ToolPlan; readonly imageReply: ImageReplyFormat };

/** Settles model, functions, tools and the form of pictures; Left where the request wants what does not go. */
export const settleChat =
  (settings: TranslationSettings) =>
  (
    asked: ChatRequest,
    { imageReplyFormat }: Pick<TranslationContext, 'imageReplyFormat'>,
  ): E.Either<ProxyError, SettledChat> => {
    const settled = settleModel(asked.model, settings);
    if (E.isLeft(settled)) return settled;
    const { name, traits } = settled.right;
    return pipe(
      chosenFormat(name.imageReply, imageReplyFormat, settings.imageReplyFormat),
      E.bindTo('imageReply'),
      E.bind('plan', () => pipe(readTools(asked, name.search), E.flatMap((tools) => toolPlan(tools, traits)))),
      E.map((chosen) => ({ ...chosen, ...settled.right })),
    );
  };

/** A request with what it was settled to. */
export type ChatAsked = {
  readonly asked: ChatRequest;
  readonly settled: SettledChat;
  readonly settings: TranslationSettings;
};

type Pieces = { readonly contents: Contents; readonly config: GenerationConfig };

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
  );
};

/** A chat request as one call to Gemini. */
export const toGemini = (chat: ChatAsked, context: TranslationContext): E.Either<ProxyError, GeminiCall> => {
  const { asked, settled } = chat;
  const { name, traits, plan } = settled;
  const options = googleOptions(asked);
  return pipe(
    piecesOf(chat, context),
    E.map((pieces) => ({
      model: name.model,
      streamed: asked.stream === true || traits.streamOnly,
      copies: traits.manyCandidates ? 1 : (asked.n ?? 1),
      body: requestBody({
        ...pieces,
        plan,
        safetySettings: safetySettings(options.safety_settings, traits),
        cachedContent: options.cached_content,
        serviceTier: serviceTier(asked.service_tier),
      }),
    })),
  );
};
