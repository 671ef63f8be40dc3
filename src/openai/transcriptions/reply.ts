import { E } from '../../kernel/fp.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import type { UsageMetadata } from '../../gemini/response.ts';
import { tokenCounts } from '../../gemini/usage.ts';
import { jsonAnswer, textInSteps, type Whole } from '../../ports/reply.ts';
import { dataEvent } from '../../wire/event-stream.ts';
import { openaiErrors } from '../errors.ts';
import { withFieldName } from '../named-error.ts';
import { transcriptionNames } from '../refused-field.ts';
import type { NumberedStretch, TranscriptEnd, TranscriptEvent } from './machine.ts';
import { segmentsOf } from './segments.ts';
import { toSrt, toVtt } from './subtitles.ts';
import { durationOf, verboseTranscript } from './verbose.ts';

const usageOf = (usage: UsageMetadata): object => {
  const { input, output } = tokenCounts(usage);
  const audio = usage.promptTokensDetails?.find(({ modality }) => modality === 'AUDIO')?.tokenCount;
  return {
    type: 'tokens',
    input_tokens: input,
    ...(audio === undefined
      ? {}
      : { input_token_details: { audio_tokens: audio, text_tokens: Math.max(0, input - audio) } }),
    output_tokens: output,
    total_tokens: input + output,
  };
};

const languagesOf = ({ language }: TranscriptEnd): object =>
  language === null ? {} : { languages: [{ code: language }] };

const spokenSegment = ({ text, start, end, speaker, number }: NumberedStretch): object => ({
  type: 'transcript.text.segment',
  id: `seg_${number}`,
  start: start ?? 0,
  end: end ?? 0,
  text: text.trim(),
  speaker,
});

const diarizedReply = (end: TranscriptEnd, stretches: readonly NumberedStretch[]): object => ({
  task: 'transcribe',
  duration: durationOf(stretches),
  text: end.text,
  segments: stretches.map(spokenSegment),
  usage: usageOf(end.usage),
});

const plainType = { 'content-type': 'text/plain; charset=utf-8' };

const plainText = (body: string): Whole => ({ kind: 'whole', status: 200, headers: plainType, body });

/** The whole transcript in a format; Left where the format needs times and none came. */
const writeReply = (end: TranscriptEnd, stretches: readonly NumberedStretch[]): E.Either<ProxyError, Whole> => {
  const { format } = end.wish;
  if (format === 'json') return E.right(jsonAnswer({ text: end.text, ...languagesOf(end), usage: usageOf(end.usage) }));
  if (format === 'text') return E.right(plainText(`${end.text}\n`));
  const segments = segmentsOf(stretches);
  if (segments.length === 0 && end.text !== '') return E.left({ tag: 'BadAnswer', reason: 'no times in it' });
  if (format === 'verbose_json') return E.right(jsonAnswer(verboseTranscript(end, stretches, segments)));
  if (format === 'diarized_json') return E.right(jsonAnswer(diarizedReply(end, stretches)));
  const write = format === 'srt' ? toSrt : toVtt;
  return E.right(textInSteps(plainType, () => write(segments)));
};

/** The whole transcript in the format asked for. */
export const wholeTranscript = (events: readonly TranscriptEvent[]): E.Either<ProxyError, Whole> => {
  const end = events.find((event) => event.kind === 'end');
  if (end?.kind !== 'end') return E.left({ tag: 'BadAnswer', reason: 'it has no end' });
  const stretches = events.flatMap((event) => (event.kind === 'stretch' ? [event.stretch] : []));
  return end.error === null ? writeReply(end, stretches) : E.left(end.error);
};

/** Why there is no good end; null while none is known. */
export const transcriptError = (events: readonly TranscriptEvent[]): ProxyError | null =>
  events.flatMap((event) => (event.kind === 'end' && event.error !== null ? [event.error] : []))[0] ?? null;

const frameOf = (event: TranscriptEvent): string => {
  switch (event.kind) {
    case 'delta':
      return dataEvent({
        type: 'transcript.text.delta',
        delta: event.text,
        ...(event.segment === null ? {} : { segment_id: `seg_${event.segment}` }),
      });
    case 'stretch':
      return event.isShown ? dataEvent(spokenSegment(event.stretch)) : '';
    case 'end':
      if (event.error !== null) return openaiErrors.inStream(withFieldName(transcriptionNames)(event.error));
      return dataEvent({
        type: 'transcript.text.done',
        text: event.text,
        ...languagesOf(event),
        usage: usageOf(event.usage),
      });
  }
};

/** OpenAI's transcript.text.delta, transcript.text.segment and transcript.text.done. */
export const transcriptFrames = (events: readonly TranscriptEvent[]): string => events.map(frameOf).join('');
