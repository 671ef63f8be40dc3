import { spawnSync } from 'node:child_process';
import t from 'tap';
import { ffmpegAudio } from '../../../src/adapters/audio/ffmpeg-audio.ts';
import type { EncodedFormat } from '../../../src/ports/audio.ts';
import { skipWithoutFfmpeg } from '../../support/ffmpeg.ts';
import { tone } from '../../support/gemini-emulator/canned-media.ts';
import { gate } from '../../support/pollux.ts';

const skip = skipWithoutFfmpeg();
const never = new AbortController().signal;

const encoded = async (format: EncodedFormat, speed: number, samples: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const encoder = await ffmpegAudio()();
  const pieces: Uint8Array[] = [];
  for await (const piece of encoder?.encode({ samples, rate: 24_000, channels: 1 }, { format, speed }, never) ?? []) pieces.push(piece);
  return Buffer.concat(pieces);
};

async function* cut(sound: Buffer, size: number): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < sound.length; at += size) yield sound.subarray(at, at + size);
}

/** Seconds of what ffmpeg reads in a file of this format. */
const secondsOf = (sound: Buffer, format: string): number => {
  const { stdout } = spawnSync('ffmpeg', ['-loglevel', 'error', '-f', format, '-i', 'pipe:0', '-f', 's16le', '-ar', '24000', '-ac', '1', 'pipe:1'], { input: sound, maxBuffer: 50_000_000 });
  return stdout.length / 48_000;
};

const beginnings: readonly (readonly [EncodedFormat, string, (sound: Buffer) => boolean])[] = [
  ['mp3', 'mp3', (sound) => sound[0] === 0xff && ((sound[1] ?? 0) & 0xe6) === 0xe2],
  ['opus', 'ogg', (sound) => sound.toString('latin1', 0, 4) === 'OggS' && sound.includes('OpusHead')],
  ['aac', 'aac', (sound) => sound[0] === 0xff && ((sound[1] ?? 0) & 0xf6) === 0xf0],
  ['flac', 'flac', (sound) => sound.toString('latin1', 0, 4) === 'fLaC'],
];

t.test('each format is what it says and lasts as long as the sound', { skip }, async (t) => {
  for (const [format, reader, begins] of beginnings) {
    const sound = await encoded(format, 1, cut(tone(2000), 10_001));
    t.ok(begins(sound), format);
    t.ok(Math.abs(secondsOf(sound, reader) - 2) < 0.2, `${format} lasts ${secondsOf(sound, reader)} s`);
  }
});

t.test('another speed changes how long it lasts', { skip }, async (t) => {
  for (const speed of [0.25, 0.5, 1.5, 2, 4]) {
    const seconds = (await encoded('pcm', speed, cut(tone(2000), 9600))).length / 48_000;
    t.ok(Math.abs(seconds - 2 / speed) < 0.25 / speed + 0.05, `${speed}: ${seconds} s`);
  }
});

t.test('sound comes out before the last of it has come in', { skip }, async (t) => {
  const { until, open } = gate();
  const slow = async function* () {
    yield tone(5000);
    await until;
    yield tone(100);
  };
  const encoder = await ffmpegAudio()();
  const output = encoder?.encode({ samples: slow(), rate: 24_000, channels: 1 }, { format: 'mp3', speed: 1 }, never);
  t.equal((await output?.next())?.done, false);
  open();
  await output?.return();
});
