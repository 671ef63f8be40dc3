/**
 * What a text is known again by: two lanes of 32 bits over its first characters, blanks left out, since clients trim
 * what they keep. A value, so that a stream can go on with it.
 */
export type Fingerprint = { readonly left: number; readonly right: number; readonly room: number };

/** Characters of a text that count: enough to tell texts apart, and 4 µs a text at most. */
const mostCounted = 4096;

/** Of no text yet. */
export const emptyFingerprint: Fingerprint = { left: 0xdeadbeef, right: 0x41c6ce57, room: mostCounted };

/** The fingerprint with a text behind what it has (multipliers of cyrb53). */
export const withText = (known: Fingerprint, text: string): Fingerprint => {
  let { left, right, room } = known;
  for (let at = 0; at < text.length && room > 0; at += 1) {
    const code = text.charCodeAt(at);
    if (code <= 32 || code === 0xa0) continue;
    left = Math.imul(left ^ code, 2654435761);
    right = Math.imul(right ^ code, 1597334677);
    left ^= left >>> 15;
    right ^= right >>> 13;
    room -= 1;
  }
  return { left, right, room };
};

/** The same, ready for a text of another kind: what follows counts anew, and is not taken for more of the same. */
export const withBorder = (known: Fingerprint): Fingerprint => ({ ...withText({ ...known, room: 1 }, '\ufffe'), room: mostCounted });

/** The fingerprint as letters and digits. */
export const digestOf = ({ left, right }: Fingerprint): string => (left >>> 0).toString(36) + (right >>> 0).toString(36).padStart(7, '0');
