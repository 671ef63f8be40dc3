import { textOf } from '../../../kernel/unread-text.ts';
import { questionBefore } from '../../../gemini/conversation/answer-key.ts';
import { exactJson } from '../../../gemini/exact-json.ts';
import { needsCirculation } from '../../../gemini/tools/tool-plan.ts';
import { batchWriter, type AnswerForm, type AnswerWriter, type StreamWriter } from '../../../ports/answer-writer.ts';
import type { TranslationContext } from '../../../ports/dialect.ts';
import { dataEvent } from '../../../wire/event-stream.ts';
import { openaiErrors } from '../../errors.ts';
import { audioFormat } from '../ask/audio-format.ts';
import { customNames } from '../ask/read-tools.ts';
import type { ChatRequest, ChatTerms } from '../ask/request.ts';
import { hidesThoughts } from '../ask/thinking-wish.ts';
import type { SettledChat } from '../ask/to-gemini.ts';
import { opening, type ChatEvent, type ChatFailure } from './chunk.ts';
import { completion } from './completion.ts';
import { chunkWriter, type ChunkWriter } from './emitter.ts';
import { chatMachine, type ChatMachineState, type MachineSettings } from './machine.ts';
import { wantsDetails } from './reasoning-details.ts';
import { wholeWriter } from './whole-text.ts';
import { textsWriter } from './write-texts.ts';

const isLegacy = ({ functions, tools }: ChatTerms): boolean => functions !== undefined && tools === undefined;

const machineSettings = (
  { terms, turns }: ChatRequest,
  { name, plan, imageReply, showsThoughts }: SettledChat,
  { id, created }: TranslationContext,
): MachineSettings => ({
  id: `chatcmpl-${id}`,
  created,
  model: terms.model,
  names: plan.names,
  custom: customNames(terms),
  jsonAnswer: plan.jsonAnswer,
  isLegacy: isLegacy(terms),
  oneCall: isLegacy(terms) || terms.parallel_tool_calls === false,
  audio: { format: audioFormat(terms), id: `audio_${id}`, expiresAt: created },
  includeUsage: terms.stream_options?.include_usage === true,
  imageReply,
  citesSources: plan.builtIns.length > 0,
  isJson: plan.formatsJson || plan.jsonAnswer !== null,
  keepsServerTools: needsCirculation(plan),
  tellsDetails: wantsDetails(terms),
  hidesThoughts: hidesThoughts(terms, showsThoughts),
  question: questionBefore(turns, turns.length, name.model),
});

const frameOf = (event: ChatEvent | ChatFailure, writer: ChunkWriter): string => {
  if ('error' in event) return openaiErrors.inStream(event.error);
  if (!event.isSent) return '';
  const [choice] = event.chunk.choices;
  if (event.isPlain === true)
    return choice?.delta.content === undefined ? '' : writer.texts(choice.index)(textOf(choice.delta.content));
  if (choice?.delta === opening) return writer.opening(choice.index);
  const google = choice?.delta.extra_content?.google;
  const holdsTools = google?.server_tool_parts !== undefined || google?.signed_parts !== undefined;
  return holdsTools ? `data: ${exactJson(event.chunk)}\n\n` : dataEvent(event.chunk);
};

const chatForm = (
  settings: MachineSettings,
  writer: ChunkWriter,
): AnswerForm<ChatMachineState, ChatEvent, ChatFailure> => ({
  ...textsWriter(settings, writer.texts),
  frames: (events) => {
    let text = '';
    for (const event of events) text += frameOf(event, writer);
    return text;
  },
  whole: completion,
  signatures: (last) => last.at(-1)?.signatures ?? [],
  closing: 'data: [DONE]\n\n',
});

/** How an answer is written with these settings. What its first chunks need is made while Gemini is waited for. */
export const chatWriting = (settings: MachineSettings): AnswerWriter => {
  const writer = chunkWriter(settings);
  const writing = batchWriter(chatMachine(settings), chatForm(settings, writer));
  const stream = (): StreamWriter => {
    writer.opening(0);
    writer.texts(0);
    return writing.stream();
  };
  return { ...writing, stream };
};

/** How the answer to a chat request is written. That of a stream holds nothing of the request, which is let go. */
export const chatAnswer = (asked: ChatRequest, settled: SettledChat, context: TranslationContext): AnswerWriter => {
  const writing = (): AnswerWriter => chatWriting(machineSettings(asked, settled, context));
  if (asked.terms.stream === true) return writing();
  const { id, created } = context;
  const facts = { id: `chatcmpl-${id}`, created, model: asked.terms.model, jsonAnswer: settled.plan.jsonAnswer };
  return { stream: () => writing().stream(), whole: () => wholeWriter(facts, () => writing().whole()) };
};
