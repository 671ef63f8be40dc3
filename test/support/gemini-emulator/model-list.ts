import type { JsonObject } from './json.ts';

type Row = readonly [id: string, input: number, output: number, kind: 'text' | 'plain' | 'image' | 'speech' | 'embedding'];

const million = 1_048_576;

const rows: readonly Row[] = [
  ['gemini-4-argon', million, 65_536, 'text'],
  ['gemini-4-carbon', million, 65_536, 'text'],
  ['gemini-4-hydrogen', million, 65_536, 'text'],
  ['gemini-3.8-flash', million, 65_536, 'text'],
  ['gemini-3.7-flash', million, 65_536, 'text'],
  ['gemini-3.6-flash', million, 65_536, 'text'],
  ['gemini-3.5-flash', million, 65_536, 'text'],
  ['gemini-3.5-flash-lite', million, 65_536, 'text'],
  ['gemini-3.1-pro-preview', million, 65_536, 'text'],
  ['gemini-3.1-flash-lite', million, 65_536, 'text'],
  ['gemini-3-flash-preview', million, 65_536, 'text'],
  ['gemini-2.5-pro', million, 65_536, 'text'],
  ['gemini-2.5-flash', million, 65_536, 'text'],
  ['gemini-2.5-flash-lite', million, 65_536, 'text'],
  ['gemini-flash-latest', million, 65_536, 'text'],
  ['gemini-flash-lite-latest', million, 65_536, 'text'],
  ['gemini-pro-latest', million, 65_536, 'text'],
  ['gemma-4-26b-a4b-it', 262_144, 32_768, 'plain'],
  ['gemma-4-31b-it', 262_144, 32_768, 'plain'],
  ['gemini-3.1-flash-image', 65_536, 65_536, 'image'],
  ['gemini-3-pro-image', 131_072, 32_768, 'image'],
  ['gemini-2.5-flash-image', 32_768, 32_768, 'image'],
  ['gemini-3.8-flash-tts', 8192, 16_384, 'speech'],
  ['gemini-2.5-flash-preview-tts', 8192, 16_384, 'speech'],
  ['gemini-3.5-transcribe', 32_768, 8192, 'plain'],
  ['gemini-embedding-001', 2048, 1, 'embedding'],
  ['gemini-embedding-2', 8192, 1, 'embedding'],
];

const methods: Readonly<Record<Row[3], readonly string[]>> = {
  text: ['generateContent', 'countTokens', 'createCachedContent', 'batchGenerateContent'],
  plain: ['generateContent', 'countTokens'],
  image: ['generateContent', 'countTokens', 'batchGenerateContent'],
  speech: ['countTokens', 'generateContent'],
  embedding: ['embedContent', 'countTextTokens', 'asyncBatchEmbedContent'],
};

const displayName = (id: string): string => id.split('-').map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join(' ');

const sampling = { temperature: 1, topP: 0.95, topK: 64, maxTemperature: 2 };

const described = ([id, inputTokenLimit, outputTokenLimit, kind]: Row): JsonObject => ({
  name: `models/${id}`,
  baseModelId: id,
  version: '001',
  displayName: displayName(id),
  description: `${displayName(id)}, as the emulator plays it.`,
  inputTokenLimit,
  outputTokenLimit,
  supportedGenerationMethods: methods[kind],
  ...(kind === 'embedding' ? {} : sampling),
  ...(kind === 'text' ? { thinking: true } : {}),
});

/** The models that the emulator knows, in the order it lists them, as `models.list` shows them. */
export const emulatedModels: readonly JsonObject[] = rows.map(described);
