import type { ConversationSettings } from '../gemini/conversation/to-contents.ts';
import { needsCirculation, type ToolPlan } from '../gemini/tools/tool-plan.ts';
import type { SettledModel } from './settle-model.ts';
import type { TranslationSettings } from './translation-settings.ts';

type Asked = {
  readonly settled: SettledModel & { readonly plan: ToolPlan };
  readonly settings: Pick<TranslationSettings, 'systemPromptMode' | 'historyImages'>;
};

type Known = Pick<ConversationSettings, 'recalled' | 'media'>;

/** What the translation of a request's conversation depends on; `path` is the field that holds it. */
export const conversationSettings = (
  { settled: { name, traits, plan }, settings: { systemPromptMode, historyImages } }: Asked,
  { recalled, media }: Known,
  path: string,
): ConversationSettings => ({
  traits,
  names: plan.names,
  media,
  recalled,
  circulates: needsCirculation(plan),
  model: name.model,
  systemPromptMode,
  historyImages,
  path,
});
