/** What every whole answer says for OpenRouter's SDK, which takes none without it; nothing is to be learned from it. */
export const systemFingerprint = 'fp_pollux';
