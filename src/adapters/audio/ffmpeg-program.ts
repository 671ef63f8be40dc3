import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { EncodedFormat, Encoding, SampleStream } from '../../ports/audio.ts';

/** An ffmpeg that runs, and the formats that it was built with. */
export type Program = { readonly file: string; readonly formats: ReadonlySet<EncodedFormat> };

const wayTo: Readonly<Record<EncodedFormat, { readonly encoder: string; readonly options: readonly string[] }>> = {
  mp3: { encoder: 'libmp3lame', options: ['-b:a', '128k', '-write_xing', '0', '-id3v2_version', '0', '-f', 'mp3'] },
  opus: { encoder: 'libopus', options: ['-b:a', '64k', '-f', 'ogg'] },
  aac: { encoder: 'aac', options: ['-b:a', '96k', '-f', 'adts'] },
  flac: { encoder: 'flac', options: ['-f', 'flac'] },
  pcm: { encoder: 'pcm_s16le', options: ['-f', 's16le'] },
};

const formats: readonly EncodedFormat[] = ['mp3', 'opus', 'aac', 'flac', 'pcm'];

const tempoFilter = (by: number): string => `atempo=${by.toFixed(4)}`;

/** One atempo keeps its quality from 0.5 to 2; two of them reach 0.25 to 4. */
const tempoArguments = (speed: number): readonly string[] => {
  if (speed === 1) return [];
  const filter =
    speed >= 0.5 && speed <= 2
      ? tempoFilter(speed)
      : `${tempoFilter(Math.sqrt(speed))},${tempoFilter(Math.sqrt(speed))}`;
  return ['-filter:a', filter];
};

const quietly = '-hide_banner -nostats -loglevel error'.split(' ');
const atOnce = '-probesize 32 -analyzeduration 0'.split(' ');

/** Reads samples from its input and writes the encoded sound to its output; nothing of a request's text is in it. */
export const encodingArguments = (
  { rate, channels }: Omit<SampleStream, 'samples'>,
  { format, speed }: Encoding,
): readonly string[] => {
  const { encoder, options } = wayTo[format];
  const input = ['-f', 's16le', '-ar', String(rate), '-ac', String(channels), '-i', 'pipe:0'];
  return [
    ...quietly,
    ...atOnce,
    ...input,
    ...tempoArguments(speed),
    '-c:a',
    encoder,
    ...options,
    '-flush_packets',
    '1',
    'pipe:1',
  ];
};

const longestLookMs = 10_000;

/** All that the child sees of the environment: the service's keys are in there. */
export const childEnvironment = (path: string): Readonly<Record<string, string>> => ({ PATH: path });

const askProgram = (file: string, path: string): Promise<string | null> =>
  new Promise((resolve) => {
    const options = {
      env: childEnvironment(path),
      timeout: longestLookMs,
      killSignal: 'SIGKILL',
      maxBuffer: 1_000_000,
    } as const;
    execFile(file, ['-hide_banner', '-encoders'], options, (error, output) =>
      resolve(error === null ? output : null),
    ).stdin?.end();
  });

const encodersIn = (output: string): ReadonlySet<string> =>
  new Set([...output.matchAll(/^ A\S{5} (\S+)/gm)].map(([, name = '']) => name));

const isExecutable = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  );

/** The first ffmpeg of these folders that runs; null when there is none. */
export const findProgram = async (path: string): Promise<Program | null> => {
  for (const folder of path.split(delimiter)) {
    const file = join(folder, 'ffmpeg');
    if (folder === '' || !(await isExecutable(file))) continue;
    const output = await askProgram(file, path);
    if (output === null) continue;
    const encoders = encodersIn(output);
    return { file, formats: new Set(formats.filter((format) => encoders.has(wayTo[format].encoder))) };
  }
  return null;
};
