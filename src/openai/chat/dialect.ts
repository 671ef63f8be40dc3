import { E } from '../../kernel/fp.ts';
import type { Dialect, TranslationContext } from '../../ports/dialect.ts';
import { openaiErrors } from '../errors.ts';
import { dataEvent } from '../event-stream.ts';
import { wholeCharacters, type WholeCharacters } from '../../gemini/whole-characters.ts';
import { modelTraits } from '../../gemini/model-traits.ts';
import { modelName } from '../model-name.ts';
import { audioFormat } from './audio-format.ts';
import { callsOf } from './calls.ts';
import type { ChatEvent } from './chunk.ts';
import { completion } from './completion.ts';
import { customNames, declaredNames } from './declared-tools.ts';
import { functionNames } from './function-names.ts';
import { chosenFormat, type ImageReplyFormat } from '../image-reply.ts';
import { chatMachine, type ChatState, type MachineSettings } from './machine.ts';
import { mediaLinks } from './media-links.ts';
import { decodeChatRequest, type ChatRequest } from './request.ts';
import { wantsDetails } from './reasoning-details.ts';
import { toGemini, type ChatSettings } from './to-gemini.ts';
import { circulates, toolPlan } from './tools.ts';

/** How the answer to a request is written, but for its pictures. */
const answerSettings = (asked: ChatRequest, { modelAliases }: ChatSettings, { id, created }: TranslationContext): Omit<MachineSettings, 'imageReply'> => {
  const name = modelName(asked.model, modelAliases);
  const read = toolPlan(asked, { traits: modelTraits(name.model), searchSuffix: name.search });
  const plan = E.isRight(read) ? read.right : null;
  return {
    id: `chatcmpl-${id}`,
    created,
    model: asked.model,
    names: functionNames(declaredNames(asked)),
    custom: customNames(asked),
    jsonAnswer: plan?.jsonAnswer ?? null,
    isLegacy: asked.functions !== undefined && asked.tools === undefined,
    oneCall: asked.parallel_tool_calls === false,
    audio: { format: audioFormat(asked), id: `audio_${id}`, expiresAt: created },
    includeUsage: asked.stream_options?.include_usage === true,
    citesSources: (plan?.builtIns.length ?? 0) > 0,
    keepsServerTools: plan !== null && circulates(plan),
    tellsDetails: wantsDetails(asked),
  };
};

/** POST /v1/chat/completions as data. */
export const chatDialect = (settings: ChatSettings): Dialect<ChatRequest, WholeCharacters<ChatState>, ChatEvent> => {
  const imageReply = (asked: ChatRequest, { imageReplyFormat }: TranslationContext): ImageReplyFormat => {
    const { imageReply: suffix } = modelName(asked.model, settings.modelAliases);
    return E.getOrElse(() => settings.imageReplyFormat)(chosenFormat(suffix, imageReplyFormat, settings.imageReplyFormat));
  };
  return {
    decode: decodeChatRequest,
    isStreamed: (asked) => asked.stream === true,
    showsBlocks: settings.blockedReply === 'choice',
    callIds: (asked) => asked.messages.flatMap((message, index) => callsOf(message, index).map((call) => call.id)),
    mediaLinks: (asked) => mediaLinks(asked, settings.historyImages),
    toGemini: toGemini(settings),
    keepsImages: (asked, context) => imageReply(asked, context) !== 'data-url',
    machine: (asked, context) => wholeCharacters(chatMachine({ ...answerSettings(asked, settings, context), imageReply: imageReply(asked, context) })),
    reply: {
      whole: completion,
      frames: (events) => events.map(({ chunk, isSent }) => (isSent ? dataEvent(chunk) : '')).join(''),
      closing: 'data: [DONE]\n\n',
      errors: openaiErrors,
    },
  };
};
