import type { Dialect } from '../../ports/dialect.ts';
import { openaiErrors } from '../errors.ts';
import type { ModelSettings } from '../../wire/model-name.ts';
import { encodingWish } from './encoding.ts';
import { speechMachine, type SpeechEvent, type SpeechState } from './machine.ts';
import { speechFailure, speechFrames, wholeSpeech } from './reply.ts';
import { decodeSpeechRequest, type SpeechRequest } from './request.ts';
import { toGemini } from './to-gemini.ts';

/** POST /v1/audio/speech as data. */
export const speechDialect = ({ modelAliases }: ModelSettings): Dialect<SpeechRequest, SpeechState, SpeechEvent> => ({
  decode: decodeSpeechRequest,
  isStreamed: (asked) => asked.stream_format === 'sse',
  callIds: () => [],
  mediaLinks: () => [],
  toGemini: (asked) => toGemini(asked, modelAliases),
  keepsImages: () => false,
  mustBeWhole: true,
  job: 'speech',
  encoding: encodingWish,
  machine: (asked) => speechMachine(asked.response_format === 'pcm' ? 'pcm' : 'wav'),
  reply: { whole: wholeSpeech, frames: speechFrames, failure: speechFailure, closing: '', errors: openaiErrors },
});
