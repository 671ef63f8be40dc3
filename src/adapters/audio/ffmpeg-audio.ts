import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { abortReason } from '../../kernel/abort-reason.ts';
import { caught, thrown, type ProxyError } from '../../kernel/proxy-error.ts';
import type { EncodeAudio, FindEncoder, SampleStream } from '../../ports/audio.ts';
import { childEnvironment, encodingArguments, findProgram } from './ffmpeg-program.ts';
import { places } from '../../kernel/places.ts';

/** What encoding may take. */
export type EncodingBounds = {
  /** Programs at once. */
  readonly mostAtOnce: number;
  readonly longestMs: number;
  /** Of encoded sound. */
  readonly mostBytes: number;
};

/** The longest speech, 16,384 tokens, is 11 minutes: 126 MB as samples at a quarter of the speed. */
const usualBounds: EncodingBounds = { mostAtOnce: 4, longestMs: 15 * 60_000, mostBytes: 160 * 1024 * 1024 };

const mostWords = 1000;

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

const ffmpegDefect = (why: string, cause?: unknown): ProxyError => ({
  tag: 'Defect',
  cause: new Error(`ffmpeg ${why}`, { cause }),
});

/** What ffmpeg says of its faults, cut short. */
const wordsOf = (child: Child): (() => string) => {
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = `${words}${text}`.slice(0, mostWords);
  });
  return () => words.trim();
};

/** Resolves with why the program ended badly, or null. */
const awaitExit = (child: Child, words: () => string): Promise<ProxyError | null> =>
  new Promise((resolve) => {
    child.once('error', (error) => resolve(ffmpegDefect('did not start', error)));
    child.once('close', (code, killedBy) =>
      resolve(code === 0 ? null : ffmpegDefect(`ended with ${code ?? killedBy}: ${words()}`)),
    );
  });

/** Resolves with what the samples' own source threw, or null: that ffmpeg takes no more of them is told by its end. */
const feedSamples = async (child: Child, samples: SampleStream['samples']): Promise<ProxyError | null> => {
  let fault: ProxyError | null = null;
  const watched = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* samples;
    } catch (cause) {
      fault = caught(cause);
      throw cause;
    }
  };
  await pipeline(watched, child.stdin).catch(() => undefined);
  return fault;
};

async function* readOutput(child: Child, mostBytes: number): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0;
  for await (const piece of child.stdout as AsyncIterable<Uint8Array>) {
    bytes += piece.length;
    if (bytes > mostBytes) throw thrown(ffmpegDefect('wrote too much'));
    yield piece;
  }
}

type Running = { readonly file: string; readonly path: string; readonly bounds: EncodingBounds };

const encodeWith = ({ file, path, bounds }: Running): EncodeAudio => {
  const takePlace = places(bounds.mostAtOnce);
  return async function* (sound, encoding, signal) {
    const leave = await takePlace(signal);
    try {
      const child = spawn(file, encodingArguments(sound, encoding), {
        env: childEnvironment(path),
        stdio: ['pipe', 'pipe', 'pipe'],
        windowsHide: true,
      });
      const kill = (): boolean => child.kill('SIGKILL');
      const tooLong = AbortSignal.timeout(bounds.longestMs);
      const either = AbortSignal.any([signal, tooLong]);
      either.addEventListener('abort', kill, { once: true });
      const end = awaitExit(child, wordsOf(child));
      const feeding = feedSamples(child, sound.samples);
      try {
        yield* readOutput(child, bounds.mostBytes);
        const fault = await end;
        if (signal.aborted) throw thrown(abortReason(signal));
        if (tooLong.aborted) throw thrown(ffmpegDefect('took too long'));
        if (fault !== null) throw thrown(fault);
        const cut = await feeding;
        if (cut !== null) throw thrown(cut);
      } finally {
        either.removeEventListener('abort', kill);
        kill();
      }
    } finally {
      leave();
    }
  };
};

/** Encodes with the ffmpeg of these folders, if there is one. It runs without a shell and sees none of our settings. */
export const ffmpegAudio = (
  path: string = process.env['PATH'] ?? '',
  bounds: Partial<EncodingBounds> = {},
): FindEncoder => {
  const find: FindEncoder = async () => {
    const program = await findProgram(path);
    if (program === null) return null;
    const { file, formats } = program;
    const encode = encodeWith({ file, path, bounds: { ...usualBounds, ...bounds } });
    return { formats, makes: ({ format }) => formats.has(format), encode };
  };
  let found: ReturnType<FindEncoder> | null = null;
  return () => (found ??= find());
};
