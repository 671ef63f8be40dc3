import { E } from '../../kernel/fp.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import type { UsageMetadata } from '../../gemini/response.ts';
import { tokenCounts } from '../../gemini/usage.ts';
import type { Whole } from '../../ports/reply.ts';
import { dataEvent } from '../../wire/event-stream.ts';
import { unknownSize, wavHead } from '../../gemini/wav.ts';
import { openaiErrors } from '../errors.ts';
import { withFieldName } from '../named-error.ts';
import { speechNames } from '../refused-field.ts';
import type { SpeechEvent, SpokenPiece } from './machine.ts';

const isPiece = (event: SpeechEvent): event is SpokenPiece => event.kind !== 'end';

const bytesOf = (piece: SpokenPiece): Uint8Array => (piece.kind === 'encoded' ? piece.bytes : piece.samples);

/** Why there is no good end; null while none is known. */
export const speechError = (events: readonly SpeechEvent[]): ProxyError | null =>
  events.flatMap((event) => (event.kind === 'end' && event.error !== null ? [event.error] : []))[0] ?? null;

const contentType = (piece: SpokenPiece): string => {
  if (piece.kind === 'encoded') return piece.mimeType;
  return piece.kind === 'wav' ? 'audio/wav' : 'audio/pcm';
};

/** The whole sound in one body. */
export const wholeSpeech = (events: readonly SpeechEvent[]): E.Either<ProxyError, Whole> => {
  const failure = speechError(events);
  if (failure !== null) return E.left(failure);
  const pieces = events.filter(isPiece);
  const [first] = pieces;
  if (first === undefined) return E.left({ tag: 'BadAnswer', reason: 'no sound in it' });
  const sound = Buffer.concat(pieces.map(bytesOf));
  const body = first.kind === 'wav' ? Buffer.concat([wavHead(sound.length, first), sound]) : sound;
  return E.right({ kind: 'whole', status: 200, headers: { 'content-type': contentType(first) }, body });
};

const usageOf = (usage: UsageMetadata): object => {
  const { input, output } = tokenCounts(usage);
  return { input_tokens: input, output_tokens: output, total_tokens: input + output };
};

/** The head of a WAV file that is still being spoken says the largest size there is. */
const deltaBytes = (piece: SpokenPiece): Buffer => {
  const bytes = Buffer.from(bytesOf(piece));
  return piece.kind === 'wav' && piece.isFirst ? Buffer.concat([wavHead(unknownSize, piece), bytes]) : bytes;
};

const frameOf = (event: SpeechEvent): string => {
  if (isPiece(event)) return dataEvent({ type: 'speech.audio.delta', audio: deltaBytes(event).toString('base64') });
  if (event.error !== null) return openaiErrors.inStream(withFieldName(speechNames)(event.error));
  return dataEvent({ type: 'speech.audio.done', usage: usageOf(event.usage) });
};

/** OpenAI's speech.audio.delta and speech.audio.done. */
export const speechFrames = (events: readonly SpeechEvent[]): string =>
  events.map(frameOf).join('');
