import type { NumberedStretch, TranscriptEnd } from './machine.ts';
import type { Segment } from './segments.ts';

const known: { names: Intl.DisplayNames | null } = { names: null };

/** Made when it is asked first: that takes 9 ms, which a start need not wait for. */
const englishNames = (): Intl.DisplayNames =>
  (known.names ??= new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' }));

/** `english` for `en-US`, as Whisper says it; '' when nobody knows. */
const languageName = (code: string): string => {
  const [main = ''] = code.split(/[-_]/);
  return /^[a-z]{2,3}$/i.test(main) && main !== 'und' ? (englishNames().of(main)?.toLowerCase() ?? code) : '';
};

/** Fields of Whisper's inner life, which Gemini does not tell: values that no filter takes offence at. */
const untold = { seek: 0, tokens: [], avg_logprob: 0, compression_ratio: 1, no_speech_prob: 0 };

/** Seconds until the last word has been said: Gemini does not tell how long the recording is. */
export const durationOf = (stretches: readonly NumberedStretch[]): number =>
  stretches.reduce((latest, { end, words }) => Math.max(latest, end ?? 0, words.at(-1)?.end ?? 0), 0);

/** OpenAI's verbose_json. */
export const verboseTranscript = (
  { wish, text, language }: TranscriptEnd,
  stretches: readonly NumberedStretch[],
  lines: readonly Segment[],
): object => {
  const duration = durationOf(stretches);
  const segments = lines.map((line, id) => ({ id, ...line, temperature: wish.temperature, ...untold }));
  return {
    task: 'transcribe',
    language: languageName(language ?? wish.language ?? ''),
    duration,
    text,
    ...(wish.granularities.includes('word') ? { words: stretches.flatMap(({ words }) => words) } : {}),
    ...(wish.granularities.includes('segment') ? { segments } : {}),
    usage: { type: 'duration', seconds: Math.ceil(duration) },
  };
};
