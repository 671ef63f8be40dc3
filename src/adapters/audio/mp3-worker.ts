import { parentPort, workerData } from 'node:worker_threads';
import { createMp3Encoder } from 'wasm-media-encoders/esnext';
import type { Mp3Sound } from './mp3-audio.ts';

const bytesPerSample = 2;
const kilobitsPerSecond = 128;

/** Interleaved 16-bit samples as one row of numbers from -1 to 1 a channel. */
const channelsOf = (bytes: Uint8Array, channels: number): readonly Float32Array[] => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Math.floor(bytes.byteLength / (bytesPerSample * channels));
  return Array.from({ length: channels }, (_, channel) => {
    const row = new Float32Array(length);
    for (let at = 0; at < length; at += 1)
      row[at] = view.getInt16((at * channels + channel) * bytesPerSample, true) / 0x8000;
    return row;
  });
};

/** Answers each piece of samples with the MP3 that it gave so far, and null with the last of it. */
const runWorker = async ({ rate, channels }: Mp3Sound): Promise<void> => {
  const port = parentPort;
  if (port === null) return;
  const encoder = await createMp3Encoder();
  encoder.configure({ sampleRate: rate, channels: channels === 1 ? 1 : 2, bitrate: kilobitsPerSecond });
  port.on('message', (samples: Uint8Array | null) => {
    const mp3 = samples === null ? encoder.finalize() : encoder.encode(channelsOf(samples, channels));
    port.postMessage(new Uint8Array(mp3));
    if (samples === null) port.close();
  });
};

const sound: Mp3Sound = workerData;
await runWorker(sound);
