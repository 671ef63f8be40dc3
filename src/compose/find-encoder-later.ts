import { loadOnce } from '../kernel/load-once.ts';
import type { FindEncoder } from '../ports/audio.ts';

/** The encoders of this machine, loaded and looked for when the first sound wants one. */
export const findEncoderLater = (): FindEncoder =>
  loadOnce(async () => {
    const [{ audioEncoders }, { mp3Audio }, { ffmpegAudio }] = await Promise.all([
      import('../adapters/audio/audio-encoders.ts'),
      import('../adapters/audio/mp3-audio.ts'),
      import('../adapters/audio/ffmpeg-audio.ts'),
    ]);
    return audioEncoders([mp3Audio, ffmpegAudio()])();
  });
