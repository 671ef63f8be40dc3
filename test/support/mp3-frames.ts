/** A frame of MPEG audio, layer III. */
export type Mp3Frame = { readonly rate: number; readonly channels: number; readonly samples: number; readonly bytes: number };

/** Kilobits a second by index: MPEG 1, then MPEG 2 and 2.5 (ISO 11172-3 §2.4.2.3, ISO 13818-3 §2.4.2.3). */
const bitrates = [
  [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
] as const;
const rates = [44_100, 48_000, 32_000] as const;

const frameAt = (file: Buffer, at: number): Mp3Frame => {
  const head = file.readUInt32BE(at);
  const version = (head >>> 19) & 3;
  if (head >>> 21 !== 0x7ff || version === 1 || ((head >>> 17) & 3) !== 1) throw new Error(`no MP3 frame at byte ${at}`);
  const isFirstVersion = version === 3;
  const rate = (rates[(head >>> 10) & 3] ?? 0) / (isFirstVersion ? 1 : version === 2 ? 2 : 4);
  const samples = isFirstVersion ? 1152 : 576;
  const bitrate = (bitrates[isFirstVersion ? 0 : 1][(head >>> 12) & 15] ?? 0) * 1000;
  const bytes = Math.floor((samples / 8) * (bitrate / rate)) + ((head >>> 9) & 1);
  return { rate, channels: ((head >>> 6) & 3) === 3 ? 1 : 2, samples, bytes };
};

/** All frames of a file; throws where something else stands between two of them, or the last one is cut. */
export const mp3Frames = (file: Buffer): readonly Mp3Frame[] => {
  const frames: Mp3Frame[] = [];
  let at = 0;
  while (at < file.length) {
    const frame = frameAt(file, at);
    frames.push(frame);
    at += frame.bytes;
  }
  if (at !== file.length) throw new Error('the last MP3 frame is cut');
  return frames;
};
