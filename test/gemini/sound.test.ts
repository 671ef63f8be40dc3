import t from 'tap';
import { readSound } from '../../src/gemini/sound.ts';
import { asPcm, asWav, unknownSize, wavHead } from '../../src/gemini/wav.ts';
import { tone, wav } from '../support/gemini-emulator/canned-media.ts';

const samples = tone(10);
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const read = (mimeType: string, bytes: Uint8Array) => {
  const sound = readSound({ mimeType, data: base64(bytes) });
  return sound === null ? null : { ...sound, samples: base64(sound.samples) };
};
const plain = { samples: base64(samples), rate: 24_000, channels: 1 };

t.test('samples say their rate and channels, or have the usual ones', (t) => {
  t.same(read('audio/L16;codec=pcm;rate=24000', samples), plain);
  t.same(read('audio/l16; rate=16000; channels=2', samples), { ...plain, rate: 16_000, channels: 2 });
  t.same(read('audio/L16', samples), plain);
  t.same(read('audio/pcm;rate=0', samples), plain);
  t.end();
});

t.test('a WAV file is read by its chunks, not by the length of its head', (t) => {
  const file = wav(samples);
  t.same(read('audio/wav', file), plain);
  const note = Buffer.from('LIST\x05\x00\x00\x00hello\x00', 'latin1');
  t.same(read('audio/wav', Buffer.concat([file.subarray(0, 36), note, file.subarray(36)])), plain, 'a chunk before the samples');
  t.same(read('audio/wav', Buffer.concat([file, note])), plain, 'a chunk after the samples');
  for (const size of [0, unknownSize]) t.same(read('audio/x-wav', Buffer.concat([wavHead(size, plain), samples])), plain, `a head that says ${size}`);
  t.same(read('audio/wav', samples), plain, 'a later piece of a stream has no head');
  t.end();
});

t.test('what is no 16-bit sound is null', (t) => {
  const float = Buffer.from(wav(samples));
  float.writeUInt16LE(3, 20);
  const eight = Buffer.from(wav(samples));
  eight.writeUInt16LE(8, 34);
  for (const bytes of [float, eight, wav(samples).subarray(0, 30), wav(samples).subarray(0, 12)]) t.equal(read('audio/wav', bytes), null);
  t.equal(read('audio/mpeg', samples), null);
  t.equal(read('image/png', samples), null);
  t.end();
});

t.test('a WAV file gets no second head, and loses its head for PCM', (t) => {
  t.equal(asWav(base64(samples), 'audio/L16;codec=pcm;rate=24000'), base64(wav(samples)));
  t.equal(asWav(base64(wav(samples)), 'audio/wav'), base64(wav(samples)));
  t.equal(asPcm(base64(wav(samples)), 'audio/wav'), base64(samples));
  t.equal(asPcm(base64(samples), 'audio/L16;codec=pcm;rate=24000'), base64(samples));
  t.equal(asPcm(base64(samples), 'audio/mpeg'), base64(samples));
  const head = wavHead(unknownSize, { rate: 16_000, channels: 2 });
  t.same([head.readUInt32LE(4), head.readUInt16LE(22), head.readUInt32LE(28), head.readUInt16LE(32), head.readUInt32LE(40)], [unknownSize, 2, 64_000, 4, unknownSize]);
  t.end();
});
