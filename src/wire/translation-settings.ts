import type { HistoryImages } from '../gemini/conversation/earlier-pictures.ts';
import type { SystemPromptMode } from '../gemini/conversation/to-contents.ts';
import type { ImageReplyFormat } from './image-reply.ts';

/** The settings that change how a conversation is translated, in any dialect. */
export type TranslationSettings = {
  readonly systemPromptMode: SystemPromptMode;
  readonly historyImages: HistoryImages;
  readonly imageReplyFormat: ImageReplyFormat;
  /** What a block before anything was shown is: an error (as without it), or a choice with a refusal. */
  readonly blockedReply?: 'error' | 'choice';
  /** Thoughts are shown unless it is false. */
  readonly showThoughts?: boolean;
  readonly modelAliases: ReadonlyMap<string, string>;
};
