import type { JsonObject } from './json.ts';

const stretches: readonly (readonly [speaker: string, text: string, start: number])[] = [
  ['spk_1', 'Good morning, everyone.', 0],
  ['spk_2', 'Shall we begin?', 2],
];

const secondsAWord = 0.5;

/** Words of half a second each. */
const timed = (text: string, start: number): readonly JsonObject[] =>
  text.split(' ').map((word, at) => ({ word, startOffset: `${start + at * secondsAWord}s`, endOffset: `${start + (at + 1) * secondsAWord}s` }));

/** What a model that transcribes hears in every recording; times and speakers as asked. */
export const cannedTranscript = (config: JsonObject): readonly JsonObject[] =>
  stretches.map(([speakerLabel, text, start]) => ({
    text,
    languageCode: 'en-US',
    startOffset: `${start}s`,
    endOffset: `${start + text.split(' ').length * secondsAWord}s`,
    ...(config['diarization'] === true ? { speakerLabel } : {}),
    ...(config['wordTimestamp'] === true ? { words: timed(text, start) } : {}),
  }));
