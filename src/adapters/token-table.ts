import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';

/** The bytes of every token, one after the other, and where each ends. */
export type TokenTable = { readonly bytes: Uint8Array; readonly ends: Uint32Array };

const unpack = promisify(brotliDecompress);

/** Made by `scripts/build/token-table.mjs` when the service is built, beside this module. */
const file = new URL('cl100k-base.tokens', import.meta.url);

/** OpenAI's cl100k_base: 100,277 numbers in 0.7 MB. Reading and unpacking are not done by the event loop's thread. */
export const loadTokenTable = async (): Promise<TokenTable> => {
  const table = await unpack(await readFile(file));
  const count = table.readUInt32LE(0);
  const lengths = table.subarray(4, 4 + count);
  let end = 0;
  const ends = Uint32Array.from(lengths, (length) => (end += length));
  return { bytes: table.subarray(4 + count), ends };
};
