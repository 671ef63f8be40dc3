import { E, pipe } from '../../kernel/fp.ts';
import type { Dialect, TranslationContext } from '../../ports/dialect.ts';
import { openaiErrors } from '../errors.ts';
import { dataEvent } from '../../wire/event-stream.ts';
import { wholeCharacters, type WholeCharacters } from '../../gemini/whole-characters.ts';
import type { ResponsePart } from '../../gemini/response.ts';
import { modelTraits } from '../../gemini/model-traits.ts';
import { modelName } from '../../wire/model-name.ts';
import { audioFormat } from './audio-format.ts';
import { questionBefore } from './answer-key.ts';
import type { ChatEvent } from './chunk.ts';
import { completion } from './completion.ts';
import { customNames, declaredNames } from './declared-tools.ts';
import { withExactResults } from './exact-results.ts';
import { functionNames } from './function-names.ts';
import { withinImages } from './history-images.ts';
import { chosenFormat, type ImageReplyFormat } from '../../wire/image-reply.ts';
import { chatMachine, type ChatState, type MachineSettings } from './machine.ts';
import { partDelta } from './part-deltas.ts';
import { mediaLinks } from './media-links.ts';
import { decodeChatRequest, type ChatRequest } from './request.ts';
import { wantsDetails } from './reasoning-details.ts';
import { signatureKeys } from './history-signatures.ts';
import { hidesThoughts } from './thinking-wish.ts';
import { signedAnswers, type SignedAnswers } from './signed-answers.ts';
import { toGemini, type ChatSettings } from './to-gemini.ts';
import { circulates, toolPlan } from './tools.ts';

/** How the answer to a request is written, but for its pictures. */
const answerSettings = (asked: ChatRequest, { modelAliases, showThoughts }: ChatSettings, { id, created }: TranslationContext): Omit<MachineSettings, 'imageReply'> => {
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
    isJson: plan !== null && (plan.formatsJson || plan.jsonAnswer !== null),
    keepsServerTools: plan !== null && circulates(plan),
    tellsDetails: wantsDetails(asked),
    hidesThoughts: hidesThoughts(asked, !name.hidesThoughts && showThoughts !== false),
  };
};

/** POST /v1/chat/completions as data. */
export const chatDialect = (settings: ChatSettings): Dialect<ChatRequest, WholeCharacters<SignedAnswers<ChatState>>, ChatEvent> => {
  const imageReply = (asked: ChatRequest, { imageReplyFormat }: TranslationContext): ImageReplyFormat => {
    const { imageReply: suffix } = modelName(asked.model, settings.modelAliases);
    return E.getOrElse(() => settings.imageReplyFormat)(chosenFormat(suffix, imageReplyFormat, settings.imageReplyFormat));
  };
  return {
    decode: (body, written = () => '') =>
      pipe(
        decodeChatRequest(body),
        E.flatMap(withinImages),
        E.map((asked) => withExactResults(asked, written)),
      ),
    isStreamed: (asked) => asked.stream === true,
    showsBlocks: settings.blockedReply === 'choice',
    callIds: (asked) => signatureKeys(asked.messages, modelName(asked.model, settings.modelAliases).model),
    mediaLinks: (asked) => mediaLinks(asked, settings.historyImages),
    toGemini: toGemini(settings),
    keepsImages: (asked, context) => imageReply(asked, context) !== 'data-url',
    machine: (asked, context) => {
      const own = { ...answerSettings(asked, settings, context), imageReply: imageReply(asked, context) };
      const shownLength = (part: ResponsePart): number => partDelta(part, 0, own)?.content?.length ?? 0;
      const question = questionBefore(asked.messages, asked.messages.length, modelName(asked.model, settings.modelAliases).model);
      return wholeCharacters(signedAnswers(chatMachine(own), { question, shownLength, keepsServerTools: own.keepsServerTools, hidesThoughts: own.hidesThoughts === true }));
    },
    reply: {
      whole: completion,
      frames: (events) => events.map(({ chunk, isSent }) => (isSent ? dataEvent(chunk) : '')).join(''),
      signatures: (events) => events.at(-1)?.signatures ?? [],
      closing: 'data: [DONE]\n\n',
      errors: openaiErrors,
    },
  };
};
