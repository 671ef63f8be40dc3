import type { AudioEncoder, FindEncoder } from '../../ports/audio.ts';

const isEncoder = (found: AudioEncoder | null): found is AudioEncoder => found !== null;

/** Several encoders as one: each sound goes to the first of them that makes its format at its speed. */
export const audioEncoders = (finders: readonly FindEncoder[]): FindEncoder => {
  const find: FindEncoder = async () => {
    const encoders = (await Promise.all(finders.map((finder) => finder()))).filter(isEncoder);
    const [first] = encoders;
    if (first === undefined) return null;
    return {
      formats: new Set(encoders.flatMap(({ formats }) => [...formats])),
      makes: (encoding) => encoders.some(({ makes }) => makes(encoding)),
      encode: (sound, encoding, signal) =>
        (encoders.find(({ makes }) => makes(encoding)) ?? first).encode(sound, encoding, signal),
    };
  };
  let found: ReturnType<FindEncoder> | null = null;
  return () => (found ??= find());
};
