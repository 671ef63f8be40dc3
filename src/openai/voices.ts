/** Gemini's voice for each of OpenAI's, chosen by likeness of tone; Gemini's own names are passed on. */
const voices: Readonly<Record<string, string>> = {
  alloy: 'Kore',
  ash: 'Charon',
  ballad: 'Enceladus',
  coral: 'Aoede',
  echo: 'Puck',
  fable: 'Fenrir',
  onyx: 'Algenib',
  nova: 'Leda',
  sage: 'Sulafat',
  shimmer: 'Zephyr',
  verse: 'Orus',
  marin: 'Despina',
  cedar: 'Iapetus',
};

const isNamed = (voice: unknown): voice is { readonly id: string } =>
  typeof voice === 'object' && voice !== null && 'id' in voice && typeof voice.id === 'string';

/** The prebuilt voice to ask for: `voice` is a name, or an object with the name as `id`. */
export const voiceName = (voice: unknown): string => {
  const name = isNamed(voice) ? voice.id : typeof voice === 'string' && voice !== '' ? voice : 'alloy';
  return voices[name.toLowerCase()] ?? name;
};
