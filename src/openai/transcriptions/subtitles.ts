import type { Segment } from './segments.ts';

const padNumber = (value: number, digits: number): string => String(value).padStart(digits, '0');

const clockTime = (seconds: number, point: string): string => {
  const milliseconds = Math.round(seconds * 1000);
  const [hours, minutes] = [Math.floor(milliseconds / 3_600_000), Math.floor(milliseconds / 60_000) % 60];
  return `${padNumber(hours, 2)}:${padNumber(minutes, 2)}:${padNumber(Math.floor(milliseconds / 1000) % 60, 2)}${point}${padNumber(milliseconds % 1000, 3)}`;
};

/** An arrow or an empty line would end a cue. */
const cueText = (text: string): string =>
  text
    .replaceAll('-->', '->')
    .split('\n')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join(' ');

const cueTimes = ({ start, end }: Segment, point: string): string =>
  `${clockTime(start, point)} --> ${clockTime(end, point)}`;

/** SubRip, cue by cue. */
export function* toSrt(segments: readonly Segment[]): Generator<string, void, undefined> {
  for (const [at, segment] of segments.entries())
    yield `${at + 1}\n${cueTimes(segment, ',')}\n${cueText(segment.text)}\n\n`;
}

/** WebVTT, cue by cue. */
export function* toVtt(segments: readonly Segment[]): Generator<string, void, undefined> {
  yield 'WEBVTT\n\n';
  for (const segment of segments) yield `${cueTimes(segment, '.')}\n${cueText(segment.text)}\n\n`;
}
