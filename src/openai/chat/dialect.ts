import { E, pipe } from '../../kernel/fp.ts';
import type { Dialect, TranslationContext } from '../../ports/dialect.ts';
import { openaiErrors } from '../errors.ts';
import { dataEvent } from '../../wire/event-stream.ts';
import { wholeCharacters, type WholeCharacters } from '../../gemini/whole-characters.ts';
import type { ResponsePart } from '../../gemini/response.ts';
import { modelTraits } from '../../gemini/model-traits.ts';
import { modelName } from '../../wire/model-name.ts';
import { audioFormat } from './ask/audio-format.ts';
import { questionBefore } from './ask/answer-key.ts';
import type { ChatEvent } from './answer/chunk.ts';
import { completion } from './answer/completion.ts';
import { customNames, declaredNames } from './ask/declared-tools.ts';
import { withExactResults } from './ask/exact-results.ts';
import { functionNames } from '../../gemini/conversation/function-names.ts';
import { withinImages } from './ask/history-images.ts';
import { chosenFormat, type ImageReplyFormat } from '../../wire/image-reply.ts';
import { chatMachine, type ChatState, type MachineSettings } from './answer/machine.ts';
import { partDelta } from './answer/part-deltas.ts';
import { mediaLinks } from './ask/media-links.ts';
import { decodeChatRequest, type ChatRequest } from './ask/request.ts';
import { wantsDetails } from './answer/reasoning-details.ts';
import { signatureKeys } from './ask/history-signatures.ts';
import { hidesThoughts } from './ask/thinking-wish.ts';
import { signedAnswers, type SignedAnswers } from './answer/signed-answers.ts';
import { toGemini, type ChatSettings } from './ask/to-gemini.ts';
import { circulates, toolPlan } from './ask/tools.ts';

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
