import { invalid, type ProxyError } from '../../kernel/proxy-error.ts';
import type { EncodedFormat, EncodingWish } from '../../ports/audio.ts';
import type { SpeechRequest } from './request.ts';

const usualFormat = 'mp3';

/** ffmpeg makes bare samples, and nothing else here does. */
const hasFfmpeg = (formats: readonly EncodedFormat[]): boolean => formats.includes('pcm');

const missingEncoder = (asked: SpeechRequest, formats: readonly EncodedFormat[]): ProxyError | null => {
  const has = hasFfmpeg(formats);
  if (asked.speed !== undefined && asked.speed !== 1 && !has) {
    return invalid(
      "Invalid value for 'speed': Gemini has one speed, and ffmpeg, which changes it, is not installed with this service. Leave it out or send 1.",
      'speed',
      'unsupported_value',
    );
  }
  if (asked.response_format === undefined && (asked.speed ?? 1) === 1) return null;
  const format = asked.response_format ?? usualFormat;
  const known = ['wav', 'pcm', ...formats.filter((one) => one !== 'pcm')].join(', ');
  const why = has
    ? `the ffmpeg of this service was built without ${format}`
    : `${format} is made by ffmpeg, which is not installed with this service`;
  return invalid(
    `Invalid value for 'response_format': ${why}. These work: ${known}.`,
    'response_format',
    'unsupported_value',
  );
};

/**
 * WAV and PCM are what Gemini gives; all else, and another speed, takes an encoder. Who asked for no format gets MP3,
 * OpenAI's default, and WAV, which every player knows, where no encoder of MP3 is installed.
 */
export const encodingWish = (asked: SpeechRequest): EncodingWish | null => {
  const format = asked.response_format ?? usualFormat;
  const speed = asked.speed ?? 1;
  const plain = format === 'wav' || format === 'pcm';
  if (plain && speed === 1) return null;
  return { format: plain ? 'pcm' : format, speed, otherwise: (formats) => missingEncoder(asked, formats) };
};
