/** Gemini's voice for each of OpenAI's, chosen by likeness of tone. */
const likenesses: Readonly<Record<string, string>> = {
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

/** Gemini's prebuilt voices. */
const prebuilt = [
  'Zephyr',
  'Puck',
  'Charon',
  'Kore',
  'Fenrir',
  'Leda',
  'Orus',
  'Aoede',
  'Callirrhoe',
  'Autonoe',
  'Enceladus',
  'Iapetus',
  'Umbriel',
  'Algieba',
  'Despina',
  'Erinome',
  'Algenib',
  'Rasalgethi',
  'Laomedeia',
  'Achernar',
  'Alnilam',
  'Schedar',
  'Gacrux',
  'Pulcherrima',
  'Achird',
  'Zubenelgenubi',
  'Vindemiatrix',
  'Sadachbia',
  'Sadaltager',
  'Sulafat',
] as const;

const byLowerCase: ReadonlyMap<string, string> = new Map([
  ...prebuilt.map((name): readonly [string, string] => [name.toLowerCase(), name]),
  ...Object.entries(likenesses),
]);

const isNamed = (voice: unknown): voice is { readonly id: string } =>
  typeof voice === 'object' && voice !== null && 'id' in voice && typeof voice.id === 'string';

/**
 * The prebuilt voice to ask for: `voice` is a name, or an object with the name as `id`. Names in any case are known;
 * one that is not is passed on, since Gemini may have learned it.
 */
export const voiceName = (voice: unknown): string => {
  const name = isNamed(voice) ? voice.id : typeof voice === 'string' && voice !== '' ? voice : 'alloy';
  return byLowerCase.get(name.toLowerCase()) ?? name;
};
