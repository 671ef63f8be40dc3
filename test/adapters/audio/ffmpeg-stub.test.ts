import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import t from 'tap';
import { caught, thrown, type ProxyError } from '../../../src/kernel/proxy-error.ts';
import { ffmpegAudio, type EncodingBounds } from '../../../src/adapters/audio/ffmpeg-audio.ts';
import type { AudioEncoder, Encoding } from '../../../src/ports/audio.ts';
import { stubFfmpeg } from '../../support/ffmpeg.ts';
import { gate } from '../../support/pollux.ts';
import { eventually } from '../../support/serving.ts';

const mp3: Encoding = { format: 'mp3', speed: 1 };

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array, void, undefined> {
  for (const text of texts) yield Buffer.from(text);
}

const sound = (samples: AsyncIterable<Uint8Array>) => ({ samples, rate: 24_000, channels: 1 });

const encoderIn = async (path: string, bounds: Partial<EncodingBounds> = {}): Promise<AudioEncoder> => {
  const encoder = await ffmpegAudio(path, bounds)();
  if (encoder === null) throw new Error('no ffmpeg was found');
  return encoder;
};

const all = async (stream: AsyncIterable<Uint8Array>): Promise<string> => {
  let text = '';
  for await (const piece of stream) text += Buffer.from(piece).toString();
  return text;
};

const faultOf = (stream: AsyncIterable<Uint8Array>): Promise<ProxyError | null> =>
  all(stream).then(
    () => null,
    (cause: unknown) => caught(cause),
  );

const never = new AbortController().signal;
const echo = 'process.stdin.pipe(process.stdout);';

t.test('ffmpeg is looked for in the folders of the path, and once', async (t) => {
  t.equal(await ffmpegAudio('')(), null, 'no folders');
  t.equal(await ffmpegAudio(t.testdir())(), null, 'an empty folder');
  const folder = stubFfmpeg(t, echo, `import('node:fs').then((fs) => fs.appendFileSync(process.argv[1] + '-looks', 'x'))`);
  const find = ffmpegAudio(['/no/such/folder', '', folder].join(delimiter));
  const [first, second] = [await find(), await find()];
  t.equal(first, second);
  t.same([...(first?.formats ?? [])], ['mp3', 'aac', 'pcm'], 'what it was built with');
  t.equal(readFileSync(join(folder, 'ffmpeg-looks'), 'utf8'), 'x');
});

t.test('a file that does not run is none', async (t) => {
  t.equal(await ffmpegAudio(stubFfmpeg(t, '', 'process.exit(1)'))(), null);
  const folder = t.testdir();
  mkdirSync(join(folder, 'ffmpeg'));
  t.equal(await ffmpegAudio(folder)(), null, 'a folder of that name');
  const plain = t.testdir({ file: {} });
  writeFileSync(join(plain, 'ffmpeg'), 'text', { mode: 0o644 });
  t.equal(await ffmpegAudio(plain)(), null, 'a text of that name');
});

t.test('sound is encoded while it comes', async (t) => {
  const { encode } = await encoderIn(stubFfmpeg(t, echo));
  const { until, open } = gate();
  const slow = async function* () {
    yield Buffer.from('one ');
    await until;
    yield Buffer.from('two');
  };
  const output = encode(sound(slow()), mp3, never);
  t.equal(Buffer.from((await output.next()).value ?? []).toString(), 'one ');
  open();
  t.equal(await all(output), 'two');
});

t.test('the arguments are fixed, and nothing of the environment gets in', async (t) => {
  process.env['POLLUX_TEST_SECRET'] = 'secret';
  t.teardown(() => delete process.env['POLLUX_TEST_SECRET']);
  const { encode } = await encoderIn(stubFfmpeg(t, 'process.stdin.resume().on("end", () => process.stdout.write(JSON.stringify({ args, env: process.env })));'));
  const told = async (encoding: Encoding) => JSON.parse(await all(encode({ ...sound(pieces('x')), rate: 16_000 }, encoding, never)));
  const { args, env } = await told(mp3);
  t.match(args.join(' '), /-f s16le -ar 16000 -ac 1 -i pipe:0 -c:a libmp3lame .*-f mp3 .*pipe:1$/);
  const ofTheRunner = /^(?:NODE_|_TAPJS_)/;
  t.same(Object.keys(env).filter((name) => name !== 'PATH' && !ofTheRunner.test(name)), []);
  const tempo = async (speed: number) => /-filter:a (\S+)/.exec((await told({ format: 'pcm', speed })).args.join(' '))?.[1];
  t.equal(await tempo(1), undefined);
  t.equal(await tempo(1.5), 'atempo=1.5000');
  t.equal(await tempo(0.25), 'atempo=0.5000,atempo=0.5000');
  t.equal(await tempo(4), 'atempo=2.0000,atempo=2.0000');
});

t.test('what goes wrong is told', async (t) => {
  const failing = await encoderIn(stubFfmpeg(t, 'process.stdout.write("half"); process.stderr.write("bad sound"); process.stdin.resume().on("end", () => { process.exitCode = 3; });'));
  t.match(await faultOf(failing.encode(sound(pieces('x')), mp3, never)), { tag: 'Defect', cause: { message: 'ffmpeg ended with 3: bad sound' } });

  const deaf = await encoderIn(stubFfmpeg(t, 'process.exit(1)'));
  const much = Array.from({ length: 200 }, () => 'x'.repeat(10_000));
  t.match(await faultOf(deaf.encode(sound(pieces(...much)), mp3, never)), { tag: 'Defect' }, 'one that reads nothing');

  const { encode } = await encoderIn(stubFfmpeg(t, echo));
  const cut = async function* () {
    yield Buffer.from('x');
    throw thrown({ tag: 'StreamCut' });
  };
  t.match(await faultOf(encode(sound(cut()), mp3, never)), { tag: 'StreamCut' }, 'a fault of the source stays what it is');

  const folder = stubFfmpeg(t, echo);
  const gone = await encoderIn(folder);
  writeFileSync(join(folder, 'ffmpeg'), '#!/no/such/interpreter\n');
  t.match(await faultOf(gone.encode(sound(pieces('x')), mp3, never)), { tag: 'Defect', cause: { message: /did not start/ } });
});

t.test('time and output are bounded', async (t) => {
  const endless = stubFfmpeg(t, 'process.stdin.resume(); const more = () => { while (process.stdout.write("x".repeat(1000))); process.stdout.once("drain", more); }; more();');
  t.match(await faultOf((await encoderIn(endless, { mostBytes: 100_000 })).encode(sound(pieces('x')), mp3, never)), { cause: { message: 'ffmpeg wrote too much' } });
  const stuck = stubFfmpeg(t, 'setInterval(() => undefined, 1000);');
  t.match(await faultOf((await encoderIn(stuck, { longestMs: 300 })).encode(sound(pieces('x')), mp3, never)), { cause: { message: 'ffmpeg took too long' } });
});

t.test('it is killed when the caller leaves or reads no more', async (t) => {
  const folder = stubFfmpeg(t, 'process.stdout.write(String(process.pid)); process.stdin.resume(); setInterval(() => undefined, 1000);');
  const { encode } = await encoderIn(folder);
  const runs = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  const begun = async (signal: AbortSignal) => {
    const output = encode(sound(pieces('x')), mp3, signal);
    const pid = Number(Buffer.from((await output.next()).value ?? []).toString());
    t.ok(runs(pid));
    return { output, pid };
  };
  const leaving = new AbortController();
  const left = await begun(leaving.signal);
  leaving.abort({ tag: 'ClientGone' });
  t.match(await faultOf(left.output), { tag: 'ClientGone' });
  await eventually(() => !runs(left.pid));
  const closed = await begun(never);
  await closed.output.return();
  await eventually(() => !runs(closed.pid));
});

t.test('only so many run at once; who waits can leave', async (t) => {
  const { encode } = await encoderIn(stubFfmpeg(t, echo), { mostAtOnce: 1 });
  const { until, open } = gate();
  const slow = async function* () {
    yield Buffer.from('first');
    await until;
  };
  const first = encode(sound(slow()), mp3, never);
  await first.next();
  const leaving = new AbortController();
  const second = faultOf(encode(sound(pieces('second')), mp3, leaving.signal));
  const third = all(encode(sound(pieces('third')), mp3, never));
  leaving.abort({ tag: 'ClientGone' });
  t.match(await second, { tag: 'ClientGone' });
  open();
  t.equal(await all(first), '');
  t.equal(await third, 'third');
  t.match(await faultOf(encode(sound(pieces('x')), mp3, leaving.signal)), { tag: 'ClientGone' }, 'who has left gets no place');
});
