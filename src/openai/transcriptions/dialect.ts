import { E, pipe } from '../../kernel/fp.ts';
import { joinMachines, takeBatches } from '../../kernel/join-machines.ts';
import { wholeCharacters, type WaitingHalves } from '../../gemini/answer/whole-characters.ts';
import { batchWriter, type AnswerForm, type AnswerWriter } from '../../ports/answer-writer.ts';
import type { Dialect } from '../../ports/dialect.ts';
import type { ModelSettings } from '../../wire/model-name.ts';
import { openaiReplies } from '../replies.ts';
import { transcriptMachine, wishOf, type TranscriptEvent, type TranscriptState } from './machine.ts';
import { transcriptError, transcriptFrames, wholeTranscript } from './reply.ts';
import { decodeTranscriptionRequest, type Task, type TranscriptionRequest } from './request.ts';
import { toGemini } from './to-gemini.ts';

const form: AnswerForm<readonly [WaitingHalves, TranscriptState], TranscriptEvent> = {
  frames: transcriptFrames,
  whole: wholeTranscript,
  failure: transcriptError,
  closing: '',
};

const answerOf = (asked: TranscriptionRequest): AnswerWriter =>
  batchWriter(joinMachines(wholeCharacters, takeBatches(transcriptMachine(wishOf(asked)))), form);

/** POST /v1/audio/transcriptions as data, and with `translate` POST /v1/audio/translations. */
export const transcriptionDialect = (task: Task, { modelAliases }: ModelSettings): Dialect<TranscriptionRequest> => ({
  decode: decodeTranscriptionRequest(task),
  job: 'transcription',
  callIds: () => [],
  mediaLinks: () => [],
  translate: (asked) =>
    pipe(
      toGemini(asked, task, modelAliases),
      E.map((call) => ({
        call,
        streamed: asked.stream === true,
        shownEarly: asked.stream === true,
        judging: { refusesBlocks: true, mustBeWhole: true },
        keepsImages: false,
        encoding: null,
        answer: answerOf(asked),
      })),
    ),
  replies: openaiReplies,
});
