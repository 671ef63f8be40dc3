import { E } from '../../../kernel/fp.ts';
import type { ProxyError } from '../../../kernel/proxy-error.ts';
import { keepAs, oncePerKept } from '../../../kernel/remember.ts';
import type { Contents } from '../../../gemini/conversation/to-contents.ts';
import { requestBody, type BodyPieces } from '../../../gemini/request-body.ts';
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
import type { ChatRequest, ChatTerms } from './request.ts';

/** What of a call its conversation does not change. */
type CallTerms = Pick<GeminiCall, 'model' | 'streamed' | 'copies'> & { readonly pieces: Omit<BodyPieces, 'contents'> };

/** What a request is settled to before it is translated: once, for its call and for how its answer is written. */
export type SettledChat = SettledModel & {
  readonly plan: ToolPlan;
  readonly imageReply: ImageReplyFormat;
  /** Left where a parameter does not go; that is told behind what is wrong with the conversation. */
  readonly call: E.Either<ProxyError, CallTerms>;
};

const callTerms = (
  terms: ChatTerms,
  { name, traits, showsThoughts }: SettledModel,
  plan: ToolPlan,
): SettledChat['call'] => {
  const wishes = { model: name.model, traits, suffix: name.thinking, showsThoughts, formatsJson: plan.formatsJson };
  const config = generationConfig(terms, wishes);
  if (E.isLeft(config)) return config;
  return E.right({
    model: name.model,
    streamed: terms.stream === true || traits.streamOnly,
    copies: traits.manyCandidates ? 1 : (terms.n ?? 1),
    pieces: {
      config: keepAs(config.right, terms),
      plan,
      safetySettings: safetySettings(safetyOption(terms), traits),
      cachedContent: cachedContent(terms),
      serviceTier: serviceTier(terms.service_tier),
    },
  });
};

type Asking = Pick<TranslationContext, 'imageReplyFormat'>;

const settleTerms = (
  terms: ChatTerms,
  settings: TranslationSettings,
  { imageReplyFormat }: Asking,
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
  const call = callTerms(terms, settled.right, plan.right);
  return E.right({ name, traits, showsThoughts, imageReply: imageReply.right, plan: plan.right, call });
};

/**
 * Settles model, functions, tools, parameters and the form of pictures; Left where the request wants what does not go.
 * Terms that come again are settled once.
 */
export const settleChat = (
  settings: TranslationSettings,
): ((asked: Pick<ChatRequest, 'terms'>, asking: Asking) => E.Either<ProxyError, SettledChat>) => {
  const usually = oncePerKept((terms: ChatTerms) => settleTerms(terms, settings, { imageReplyFormat: null }));
  return ({ terms }, asking) =>
    asking.imageReplyFormat === null ? usually(terms) : settleTerms(terms, settings, asking);
};

/** A request with what it was settled to. */
export type ChatAsked = {
  readonly asked: ChatRequest;
  readonly settled: SettledChat;
  readonly settings: TranslationSettings;
};

/** A chat request, its messages translated, as one call to Gemini. */
export const toGemini = ({ call }: SettledChat, contents: Contents): E.Either<ProxyError, GeminiCall> => {
  if (E.isLeft(call)) return call;
  const { model, streamed, copies, pieces } = call.right;
  return E.right({ model, streamed, copies, body: requestBody({ contents, ...pieces }) });
};
