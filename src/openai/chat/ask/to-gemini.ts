import { E } from '../../../kernel/fp.ts';
import type { ProxyError } from '../../../kernel/proxy-error.ts';
import type { Contents } from '../../../gemini/conversation/to-contents.ts';
import { requestBody } from '../../../gemini/request-body.ts';
import type { GeminiCall } from '../../../gemini/request.ts';
import { safetySettings } from '../../../gemini/safety.ts';
import { toolPlan, type ToolPlan } from '../../../gemini/tools/tool-plan.ts';
import type { TranslationContext } from '../../../ports/dialect.ts';
import { chosenFormat, type ImageReplyFormat } from '../../../wire/image-reply.ts';
import { serviceTier } from '../../../wire/service-tier.ts';
import { settleModel, type SettledModel } from '../../../wire/settle-model.ts';
import type { TranslationSettings } from '../../../wire/translation-settings.ts';
import { generationConfig } from './generation-config.ts';
import { cachedContent, safetyOption } from './google-options.ts';
import { readTools } from './read-tools.ts';
import type { ChatRequest } from './request.ts';

/** What a request is settled to before it is translated: once, for its call and for how its answer is written. */
export type SettledChat = SettledModel & { readonly plan: ToolPlan; readonly imageReply: ImageReplyFormat };

/** Settles model, functions, tools and the form of pictures; Left where the request wants what does not go. */
export const settleChat =
  (settings: TranslationSettings) =>
  (
    { terms }: Pick<ChatRequest, 'terms'>,
    { imageReplyFormat }: Pick<TranslationContext, 'imageReplyFormat'>,
  ): E.Either<ProxyError, SettledChat> => {
    const settled = settleModel(terms.model, settings);
    if (E.isLeft(settled)) return settled;
    const { name, traits, showsThoughts } = settled.right;
    const imageReply = chosenFormat(name.imageReply, imageReplyFormat, settings.imageReplyFormat);
    if (E.isLeft(imageReply)) return imageReply;
    const tools = readTools(terms, name.search);
    if (E.isLeft(tools)) return tools;
    const plan = toolPlan(tools.right, traits);
    if (E.isLeft(plan)) return plan;
    return E.right({ name, traits, showsThoughts, imageReply: imageReply.right, plan: plan.right });
  };

/** A request with what it was settled to. */
export type ChatAsked = {
  readonly asked: ChatRequest;
  readonly settled: SettledChat;
  readonly settings: TranslationSettings;
};

/** A chat request, its messages translated, as one call to Gemini. */
export const toGemini = (
  { asked: { terms }, settled }: ChatAsked,
  contents: Contents,
): E.Either<ProxyError, GeminiCall> => {
  const { name, traits, plan, showsThoughts } = settled;
  const wishes = { model: name.model, traits, suffix: name.thinking, showsThoughts, formatsJson: plan.formatsJson };
  const config = generationConfig(terms, wishes);
  if (E.isLeft(config)) return config;
  return E.right({
    model: name.model,
    streamed: terms.stream === true || traits.streamOnly,
    copies: traits.manyCandidates ? 1 : (terms.n ?? 1),
    body: requestBody({
      contents,
      config: config.right,
      plan,
      safetySettings: safetySettings(safetyOption(terms), traits),
      cachedContent: cachedContent(terms),
      serviceTier: serviceTier(terms.service_tier),
    }),
  });
};
