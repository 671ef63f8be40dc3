import { wholeCharacters, type WholeCharacters } from '../../gemini/whole-characters.ts';
import type { Dialect } from '../../ports/dialect.ts';
import { openaiErrors } from '../errors.ts';
import type { ModelSettings } from '../../wire/model-name.ts';
import { transcriptMachine, wishOf, type TranscriptEvent, type TranscriptState } from './machine.ts';
import { transcriptFailure, transcriptFrames, wholeTranscript } from './reply.ts';
import { decodeTranscriptionRequest, type Task, type TranscriptionRequest } from './request.ts';
import { toGemini } from './to-gemini.ts';

/** POST /v1/audio/transcriptions as data, and with `translate` POST /v1/audio/translations. */
export const transcriptionDialect = (
  task: Task,
  { modelAliases }: ModelSettings,
): Dialect<TranscriptionRequest, WholeCharacters<TranscriptState>, TranscriptEvent> => ({
  decode: decodeTranscriptionRequest(task),
  isStreamed: (asked) => asked.stream === true,
  callIds: () => [],
  mediaLinks: () => [],
  toGemini: (asked) => toGemini(asked, task, modelAliases),
  keepsImages: () => false,
  mustBeWhole: true,
  job: 'transcription',
  machine: (asked) => wholeCharacters(transcriptMachine(wishOf(asked))),
  reply: { whole: wholeTranscript, frames: transcriptFrames, failure: transcriptFailure, closing: '', errors: openaiErrors },
});
