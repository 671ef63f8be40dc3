import { E, pipe } from '../../kernel/fp.ts';
import { answerWriter, type AnswerForm, type AnswerWriter } from '../../ports/answer-writer.ts';
import type { Dialect } from '../../ports/dialect.ts';
import type { ModelSettings } from '../../wire/model-name.ts';
import { openaiReplies } from '../replies.ts';
import { encodingWish } from './encoding.ts';
import { speechMachine, type SpeechEvent, type SpeechState } from './machine.ts';
import { speechError, speechFrames, wholeSpeech } from './reply.ts';
import { decodeSpeechRequest, type SpeechRequest } from './request.ts';
import { toGemini } from './to-gemini.ts';

const form: AnswerForm<SpeechState, SpeechEvent> = {
  frames: speechFrames,
  whole: wholeSpeech,
  failure: speechError,
  closing: '',
};

const answerOf = ({ response_format: format }: SpeechRequest): AnswerWriter =>
  answerWriter(speechMachine(format === 'pcm' ? 'pcm' : 'wav'), form);

/** POST /v1/audio/speech as data. */
export const speechDialect = ({ modelAliases }: ModelSettings): Dialect<SpeechRequest> => ({
  decode: decodeSpeechRequest,
  job: 'speech',
  callIds: () => [],
  mediaLinks: () => [],
  translate: (asked) =>
    pipe(
      toGemini(asked, modelAliases),
      E.map((call) => ({
        call,
        streamed: asked.stream_format === 'sse',
        shownEarly: asked.stream_format === 'sse',
        judging: { refusesBlocks: true, mustBeWhole: true },
        keepsImages: false,
        encoding: encodingWish(asked),
        answer: answerOf(asked),
      })),
    ),
  replies: openaiReplies,
});
