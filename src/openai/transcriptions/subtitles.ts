import type { Segment } from './segments.ts';

const padded = (value: number, digits: number): string => String(value).padStart(digits, '0');

const clock = (seconds: number, point: string): string => {
  const milliseconds = Math.round(seconds * 1000);
  const [hours, minutes] = [Math.floor(milliseconds / 3_600_000), Math.floor(milliseconds / 60_000) % 60];
  return `${padded(hours, 2)}:${padded(minutes, 2)}:${padded(Math.floor(milliseconds / 1000) % 60, 2)}${point}${padded(milliseconds % 1000, 3)}`;
};

/** An arrow or an empty line would end a cue. */
const line = (text: string): string =>
  text
    .replaceAll('-->', '->')
    .split('\n')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join(' ');

const times = ({ start, end }: Segment, point: string): string => `${clock(start, point)} --> ${clock(end, point)}`;

/** SubRip. */
export const srt = (segments: readonly Segment[]): string =>
  segments.map((segment, at) => `${at + 1}\n${times(segment, ',')}\n${line(segment.text)}\n\n`).join('');

/** WebVTT. */
export const vtt = (segments: readonly Segment[]): string =>
  `WEBVTT\n\n${segments.map((segment) => `${times(segment, '.')}\n${line(segment.text)}\n\n`).join('')}`;
