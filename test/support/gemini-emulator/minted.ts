import { createHash } from 'node:crypto';

/** Names and thought signatures that an emulator gives out; numbered inside, so that two runs give the same ones. */
export type Minted = {
  /** A new thought signature, base64 as Google's are. */
  readonly signature: () => string;
  /** A new short name for a call or an answer. */
  readonly id: () => string;
  /** True for a signature given out before. */
  readonly knows: (signature: string) => boolean;
};

/** A mint that has given out nothing yet. */
export const minted = (): Minted => {
  const given = new Set<string>();
  let named = 0;
  return {
    signature: () => {
      const signature = Buffer.from(`emulated thought signature ${given.size + 1}`).toString('base64');
      given.add(signature);
      return signature;
    },
    id: () => {
      named += 1;
      return createHash('sha256').update(`emulated ${named}`).digest('hex').slice(0, 8);
    },
    knows: (signature) => given.has(signature),
  };
};
