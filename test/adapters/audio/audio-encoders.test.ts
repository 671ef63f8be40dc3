import t from 'tap';
import { audioEncoders } from '../../../src/adapters/audio/audio-encoders.ts';
import { mp3Audio } from '../../../src/adapters/audio/mp3-audio.ts';
import { thrown } from '../../../src/kernel/proxy-error.ts';
import type { AudioEncoder, EncodedFormat, SampleStream } from '../../../src/ports/audio.ts';
import { tone } from '../../support/gemini-emulator/canned-media.ts';
import { mp3Frames } from '../../support/mp3-frames.ts';
import { gate } from '../../support/pollux.ts';

const usual = { format: 'mp3', speed: 1 } as const;
const never = new AbortController().signal;

async function* cut(sound: Uint8Array, size: number): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < sound.length; at += size) yield sound.subarray(at, at + size);
}

const mp3 = async (samples: SampleStream['samples'], signal = never, sound = { rate: 24_000, channels: 1 }): Promise<Buffer> => {
  const encoder = await mp3Audio();
  const pieces: Uint8Array[] = [];
  for await (const piece of encoder?.encode({ samples, ...sound }, usual, signal) ?? []) pieces.push(piece);
  return Buffer.concat(pieces);
};

const secondsOf = (file: Buffer): number => mp3Frames(file).reduce((sum, { samples, rate }) => sum + samples / rate, 0);

t.test('MP3 is made without any program: whole frames that last as long as the sound', async (t) => {
  for (const [rate, channels] of [[24_000, 1], [16_000, 1], [48_000, 2]] as const) {
    const sound = tone(2000);
    const file = await mp3(cut(sound, 10_001), never, { rate, channels });
    const seconds = sound.length / (2 * channels * rate);
    t.ok(Math.abs(secondsOf(file) - seconds) < 0.15, `${rate} × ${channels}: ${secondsOf(file)} s of ${seconds}`);
    t.match(mp3Frames(file)[0], { rate, channels });
  }
});

t.test('pieces that end within a sample, and one huge piece, give the same file', async (t) => {
  const sound = tone(5000);
  const whole = await mp3(cut(sound, sound.length));
  t.same(await mp3(cut(sound, 9999)).then(secondsOf), secondsOf(whole));
  t.same(await mp3(cut(sound, 65_536)), whole);
  t.ok(Math.abs(secondsOf(whole) - 5) < 0.15);
});

t.test('MP3 comes out before the last of the sound has come in', async (t) => {
  const { until, open } = gate();
  const slow = async function* () {
    yield tone(5000);
    await until;
    yield tone(100);
  };
  const encoder = await mp3Audio();
  const output = encoder?.encode({ samples: slow(), rate: 24_000, channels: 1 }, usual, never);
  t.equal((await output?.next())?.done, false);
  open();
  await output?.return();
});

t.test('who leaves ends the encoding, and a fault of the samples passes through', async (t) => {
  const leaving = new AbortController();
  const endless = async function* () {
    for (;;) {
      yield tone(100);
      leaving.abort({ tag: 'ClientGone' });
    }
  };
  t.match(await mp3(endless(), leaving.signal).catch((cause: unknown) => cause), { proxyError: { tag: 'ClientGone' } });
  const failing = async function* () {
    yield tone(100);
    throw thrown({ tag: 'StreamCut' });
  };
  t.match(await mp3(failing()).catch((cause: unknown) => cause), { proxyError: { tag: 'StreamCut' } });
});

const named = (name: string, formats: readonly EncodedFormat[], speeds: boolean) => (): Promise<AudioEncoder | null> =>
  Promise.resolve({
    formats: new Set(formats),
    makes: ({ format, speed }) => formats.includes(format) && (speeds || speed === 1),
    encode: async function* () {
      yield Buffer.from(name);
    },
  });

t.test('each sound goes to the first encoder that makes its format at its speed', async (t) => {
  const find = audioEncoders([named('small', ['mp3'], false), () => Promise.resolve(null), named('large', ['mp3', 'opus', 'pcm'], true)]);
  const encoder = await find();
  t.same([...(encoder?.formats ?? [])], ['mp3', 'opus', 'pcm']);
  const rows = [['mp3', 1, 'small'], ['mp3', 2, 'large'], ['opus', 1, 'large'], ['pcm', 0.5, 'large']] as const;
  for (const [format, speed, by] of rows) {
    const pieces: string[] = [];
    for await (const piece of encoder?.encode({ samples: cut(tone(10), 480), rate: 24_000, channels: 1 }, { format, speed }, never) ?? []) pieces.push(Buffer.from(piece).toString());
    t.same(pieces, [by], `${format} at ${speed}`);
    t.equal(encoder?.makes({ format, speed }), true);
  }
  t.equal(encoder?.makes({ format: 'flac', speed: 1 }), false);
  t.equal(await audioEncoders([() => Promise.resolve(null)])(), null);
});
