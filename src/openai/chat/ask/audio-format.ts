import { invalid, type ProxyError } from '../../../kernel/proxy-error.ts';
import type { ChatTerms } from './request.ts';

/** The format of a spoken answer: as asked, else bare samples in a stream and a WAV file otherwise. */
export const audioFormat = (asked: ChatTerms): 'wav' | 'pcm16' =>
  asked.audio?.format === 'pcm16' || asked.stream === true ? 'pcm16' : 'wav';

/** Why the format can't be given; null when it can. In a stream only pcm16 can be cut anywhere, as OpenAI says too. */
export const audioError = (asked: ChatTerms): ProxyError | null => {
  const format = asked.audio?.format;
  const offered = asked.stream === true ? ['pcm16'] : ['wav', 'pcm16'];
  return format === undefined || offered.includes(format)
    ? null
    : invalid(`'audio.format' must be ${offered.join(' or ')} here.`, 'audio.format', 'unsupported_value');
};
