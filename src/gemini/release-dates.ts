/**
 * The days on which models came out, where they are known: Google's release notes (ai.google.dev, "Changelog") and
 * model pages. Google's own list tells none.
 */
const released: ReadonlyMap<string, string> = new Map([
  ['gemini-3.8-flash', '2026-09-02'],
  ['gemini-3.7-flash', '2026-08-13'],
  ['gemini-3.6-flash', '2026-07-21'],
  ['gemini-3.5-flash-lite', '2026-07-21'],
  ['gemini-3.5-flash', '2026-05-19'],
  ['gemini-3.1-flash-lite', '2026-05-07'],
  ['gemini-embedding-2', '2026-04-22'],
  ['gemini-3.1-flash-lite-preview', '2026-03-03'],
  ['gemini-3.1-flash-image-preview', '2026-02-26'],
  ['gemini-3.1-pro-preview', '2026-02-19'],
  ['gemini-3-flash-preview', '2025-12-17'],
  ['gemini-3-pro-image-preview', '2025-11-20'],
  ['nano-banana-pro-preview', '2025-11-20'],
  ['gemini-3-pro-preview', '2025-11-18'],
  ['gemini-2.5-flash-image', '2025-10-02'],
  ['gemini-flash-latest', '2025-09-25'],
  ['gemini-flash-lite-latest', '2025-09-25'],
  ['gemini-2.5-flash-lite', '2025-07-22'],
  ['gemini-embedding-001', '2025-07-14'],
  ['gemini-2.5-pro', '2025-06-17'],
  ['gemini-2.5-flash', '2025-06-17'],
  ['gemini-2.5-flash-preview-tts', '2025-05-20'],
  ['gemini-2.5-pro-preview-tts', '2025-05-20'],
  ['gemma-3-27b-it', '2025-03-12'],
  ['gemma-3-12b-it', '2025-03-12'],
  ['gemma-3-4b-it', '2025-03-12'],
  ['gemma-3-1b-it', '2025-03-12'],
  ['gemini-2.0-flash-lite', '2025-02-25'],
  ['gemini-2.0-flash', '2025-02-05'],
]);

const secondsOf = (day: string): number => Date.parse(`${day}T00:00:00Z`) / 1000;

/** The day when a model came out, seconds since the epoch: by the table, or the month in its name; null if unknown. */
export const releasedAt = (id: string): number | null => {
  const day = released.get(id) ?? (id.endsWith('-001') ? released.get(id.slice(0, -4)) : undefined);
  if (day !== undefined) return secondsOf(day);
  const [, month, year] = /-(0[1-9]|1[0-2])-(20\d\d)$/.exec(id) ?? [];
  return month === undefined || year === undefined ? null : secondsOf(`${year}-${month}-01`);
};
