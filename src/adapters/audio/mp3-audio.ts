import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { abortReason } from '../../kernel/abort-reason.ts';
import { caught, thrown, type ProxyError } from '../../kernel/proxy-error.ts';
import type { EncodeAudio, FindEncoder, SampleStream } from '../../ports/audio.ts';
import { places } from '../../kernel/places.ts';

/** What the worker must know of a sound before its samples. */
export type Mp3Sound = { readonly rate: number; readonly channels: number };

/** A second encodes 60 to 100 seconds of speech on one core, so two at once keep two cores busy. */
const mostAtOnce = 2;
const longestMs = 15 * 60_000;
/** 1.4 s of speech: a piece is encoded in 15 to 25 ms, which is how long an abort can wait. */
const pieceBytes = 64 * 1024;
const bytesPerSample = 2;

const mp3Defect = (why: string, cause?: unknown): ProxyError => ({
  tag: 'Defect',
  cause: new Error(`The encoder of MP3 ${why}`, { cause }),
});

/** Samples in pieces of at most 64 KiB, each of them whole samples of all channels. */
async function* wholeSamples({ samples, channels }: SampleStream): AsyncGenerator<Uint8Array, void, undefined> {
  const step = bytesPerSample * channels;
  let rest: Uint8Array = new Uint8Array(0);
  for await (const next of samples) {
    const bytes = rest.length === 0 ? next : Buffer.concat([rest, next]);
    const whole = bytes.length - (bytes.length % step);
    for (let at = 0; at < whole; at += pieceBytes - (pieceBytes % step)) {
      yield bytes.subarray(at, Math.min(at + pieceBytes - (pieceBytes % step), whole));
    }
    rest = bytes.slice(whole);
  }
}

/** Sends one piece and waits for what it gave: one piece is under way at a time, so nothing piles up in the worker. */
const askWorker = async (worker: Worker, samples: Uint8Array | null, signal: AbortSignal): Promise<Uint8Array> => {
  const answered = once(worker, 'message', { signal });
  const copy = samples === null ? null : new Uint8Array(samples);
  worker.postMessage(copy, copy === null ? [] : [copy.buffer]);
  const [mp3]: unknown[] = await answered;
  if (!(mp3 instanceof Uint8Array)) throw thrown(mp3Defect('gave no bytes'));
  return mp3;
};

async function* encodedBy(
  worker: Worker,
  sound: SampleStream,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const samples of wholeSamples(sound)) {
    const mp3 = await askWorker(worker, samples, signal);
    if (mp3.length > 0) yield mp3;
  }
  yield await askWorker(worker, null, signal);
}

const takePlace = places(mostAtOnce);

/** One worker thread a sound: it sees none of our settings and ends with the request. */
const encodeMp3: EncodeAudio = async function* (sound, _encoding, signal) {
  const leave = await takePlace(signal);
  const tooLong = AbortSignal.timeout(longestMs);
  const workerData: Mp3Sound = { rate: sound.rate, channels: sound.channels };
  try {
    const worker = new Worker(new URL('mp3-worker.js', import.meta.url), { workerData, env: {} });
    worker.on('error', () => undefined);
    try {
      yield* encodedBy(worker, sound, AbortSignal.any([signal, tooLong]));
    } catch (cause) {
      if (signal.aborted) throw thrown(abortReason(signal));
      if (tooLong.aborted) throw thrown(mp3Defect('took too long', cause));
      throw thrown(caught(cause));
    } finally {
      await worker.terminate();
    }
  } finally {
    leave();
  }
};

const isInstalled = (): boolean => {
  try {
    import.meta.resolve('wasm-media-encoders/esnext');
    return true;
  } catch {
    return false;
  }
};

/** LAME as WebAssembly in a worker thread: MP3 at the speed at which the samples come. Null without its package. */
export const mp3Audio: FindEncoder = async () =>
  isInstalled()
    ? { formats: new Set(['mp3']), makes: ({ format, speed }) => format === 'mp3' && speed === 1, encode: encodeMp3 }
    : null;
