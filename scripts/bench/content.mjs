// What is asked and answered while measuring: the same text each time, in many languages, so that nothing is compared
// with an easier task.
const words =
  'a proxy reads each request and says it again in the words of another service before it hands the answer back with care for order and time'.split(' ');
const foreign = ['é', 'ß', '日本語', 'naïve', '—', '“so”', '🙂'];

/** Text of about so many characters, another one for each seed. */
export function prose(length, seed = 0, isMixed = false) {
  let text = '';
  for (let at = seed; text.length < length; at += 1) {
    text += words[at % words.length];
    if (isMixed && at % 7 === 3) text += ` ${foreign[at % foreign.length]}`;
    text += at % 17 === 16 ? '.\n' : ' ';
  }
  return text;
}

/** So many bytes as base64, no two pieces alike. */
export function base64Of(bytes) {
  const data = Buffer.alloc(bytes);
  let state = 12_345;
  for (let at = 0; at < bytes; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    data[at] = state >>> 24;
  }
  return data.toString('base64');
}

/** What Gemini says when it answers whole. */
export const wholeText = prose(900, 5, true);

/** The base64 of the picture that Gemini draws: 1.5 MB. It begins like a PNG, as what keeps pictures looks. */
export const drawnPicture = `iVBORw0KGgoAAAANSUhEUgAA${base64Of(1_125_000)}`;

/** What a frame of a stream says: 60 to 400 characters. */
export const frameText = (at) => `#${at} ${prose([60, 90, 140, 60, 200, 110, 400, 80, 260, 70][at % 10] - 8, at * 3, at % 8 === 5)}`;
