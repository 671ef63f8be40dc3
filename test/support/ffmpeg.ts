import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';

/** For tap: why a test with a real ffmpeg is skipped, or false. */
export const skipWithoutFfmpeg = (): string | false =>
  spawnSync('ffmpeg', ['-version'], { stdio: 'ignore' }).status === 0 ? false : 'ffmpeg is not installed';

const encoders = ` Encoders:
 A..... = Audio
 ------
 A....D libmp3lame           libmp3lame MP3 (MPEG audio layer 3) (codec mp3)
 A..... aac                  AAC (Advanced Audio Coding)
 A....D pcm_s16le            PCM signed 16-bit little-endian
 V..... flac                 a film
`;

/**
 * A folder with a made-up ffmpeg, to be looked for there alone: it knows mp3, aac and pcm. `encode` is the JavaScript
 * that it runs to encode; its arguments are in \`args\`.
 */
export const stubFfmpeg = (t: Test, encode: string, looked = ''): string => {
  const folder = t.testdir();
  const script = `#!${process.execPath}
const args = process.argv.slice(2);
if (args.includes('-encoders')) { ${looked}; process.stdout.write(${JSON.stringify(encoders)}); }
else { ${encode} }
`;
  const file = join(folder, 'ffmpeg');
  writeFileSync(file, script);
  chmodSync(file, 0o755);
  return folder;
};
