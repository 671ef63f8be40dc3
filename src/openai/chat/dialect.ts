import { E } from '../../kernel/fp.ts';
import type { Dialect, TranslationContext } from '../../ports/dialect.ts';
import { openaiErrors } from '../errors.ts';
import { modelName } from '../model-name.ts';
import { audioFormat } from './audio-format.ts';
import { callsOf } from './calls.ts';
import type { ChatEvent } from './chunk.ts';
import { completion } from './completion.ts';
import { functionNames } from './function-names.ts';
import { chosenFormat, type ImageReplyFormat } from '../image-reply.ts';
import { chatMachine, type ChatState } from './machine.ts';
import { mediaLinks } from './media-links.ts';
import { decodeChatRequest, type ChatRequest } from './request.ts';
import { declaredNames, toGemini, type ChatSettings } from './to-gemini.ts';

/** POST /v1/chat/completions as data. */
export const chatDialect = (settings: ChatSettings): Dialect<ChatRequest, ChatState, ChatEvent> => {
  const imageReply = (asked: ChatRequest, { imageReplyFormat }: TranslationContext): ImageReplyFormat => {
    const { imageReply: suffix } = modelName(asked.model, settings.modelAliases);
    return E.getOrElse(() => settings.imageReplyFormat)(chosenFormat(suffix, imageReplyFormat, settings.imageReplyFormat));
  };
  return {
    decode: decodeChatRequest,
    isStreamed: (asked) => asked.stream === true,
    callIds: (asked) => asked.messages.flatMap((message, index) => callsOf(message, index).map((call) => call.id)),
    mediaLinks: (asked) => mediaLinks(asked, settings.historyImages),
    toGemini: toGemini(settings),
    keepsImages: (asked, context) => imageReply(asked, context) !== 'data-url',
    machine: (asked, context) => {
      const { id, created } = context;
      const name = modelName(asked.model, settings.modelAliases);
      return chatMachine({
        id: `chatcmpl-${id}`,
        created,
        model: asked.model,
        names: functionNames(declaredNames(asked)),
        isLegacy: asked.functions !== undefined && asked.tools === undefined,
        oneCall: asked.parallel_tool_calls === false,
        audio: { format: audioFormat(asked), id: `audio_${id}`, expiresAt: created },
        includeUsage: asked.stream_options?.include_usage === true,
        imageReply: imageReply(asked, context),
        citesSources: name.search || asked.web_search_options !== undefined,
      });
    },
    reply: {
      whole: completion,
      frames: (events) => events.reduce((text, event) => (event.isSent ? `${text}data: ${JSON.stringify(event.chunk)}\n\n` : text), ''),
      closing: 'data: [DONE]\n\n',
      errors: openaiErrors,
    },
  };
};
