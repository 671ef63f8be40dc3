import type { GeminiModel } from './response.ts';

const methods = ['generateContent', 'countTokens'];

type Limits = readonly [input: number, output: number];

const textModel = (
  id: string,
  displayName: string,
  [inputTokenLimit, outputTokenLimit]: Limits = [1_048_576, 65_536],
): GeminiModel => ({
  name: `models/${id}`,
  displayName,
  inputTokenLimit,
  outputTokenLimit,
  supportedGenerationMethods: methods,
});

/** What to list when Google can't be asked and never could: the models of November 2026. Any other id still works. */
export const fallbackModels: readonly GeminiModel[] = [
  textModel('gemini-flash-latest', 'Gemini Flash Latest'),
  textModel('gemini-flash-lite-latest', 'Gemini Flash-Lite Latest'),
  textModel('gemini-pro-latest', 'Gemini Pro Latest'),
  textModel('gemini-4-argon', 'Gemini 4 Argon'),
  textModel('gemini-4-carbon', 'Gemini 4 Carbon'),
  textModel('gemini-3.8-flash', 'Gemini 3.8 Flash'),
  textModel('gemini-3.7-flash', 'Gemini 3.7 Flash'),
  textModel('gemini-3.6-flash', 'Gemini 3.6 Flash'),
  textModel('gemini-3.5-flash', 'Gemini 3.5 Flash'),
  textModel('gemini-3.5-flash-lite', 'Gemini 3.5 Flash-Lite'),
  textModel('gemini-3.1-flash-lite', 'Gemini 3.1 Flash-Lite'),
  textModel('gemini-3.1-pro-preview', 'Gemini 3.1 Pro Preview'),
  textModel('gemini-3-flash-preview', 'Gemini 3 Flash Preview'),
  textModel('gemini-2.5-pro', 'Gemini 2.5 Pro'),
  textModel('gemini-2.5-flash', 'Gemini 2.5 Flash'),
  textModel('gemini-2.5-flash-lite', 'Gemini 2.5 Flash-Lite'),
  textModel('gemini-nano-banana-2.1', 'Nano Banana 2.1'),
  textModel('gemini-3.1-flash-image', 'Gemini 3.1 Flash Image', [65_536, 65_536]),
  textModel('gemini-3-pro-image', 'Gemini 3 Pro Image', [131_072, 32_768]),
  textModel('gemini-2.5-flash-image', 'Gemini 2.5 Flash Image', [32_768, 32_768]),
  textModel('gemini-3.8-flash-tts', 'Gemini 3.8 Flash TTS', [8192, 16_384]),
  textModel('gemma-4-31b-it', 'Gemma 4 31B', [262_144, 32_768]),
];
