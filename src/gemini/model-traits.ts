import type { ThinkingLevel } from './request.ts';

/** How a family's thinking is steered: by a token budget (2.5), by a level (3 and later), or not at all. */
export type Thinking =
  | { readonly by: 'nothing' }
  | { readonly by: 'budget'; readonly least: number; readonly most: number; readonly canBeOff: boolean; readonly onByDefault: boolean }
  | { readonly by: 'level'; readonly levels: readonly ThinkingLevel[] };

/** What a model can take and give, told from its id alone. */
export type ModelTraits = {
  readonly thinking: Thinking;
  /** temperature, topP, topK count; later models refuse or ignore them. */
  readonly sampling: boolean;
  /** A history that ends with a model turn is continued. */
  readonly prefill: boolean;
  readonly penalties: boolean;
  readonly systemInstruction: boolean;
  /** candidateCount above 1. */
  readonly manyCandidates: boolean;
  /** responseMimeType JSON beside function declarations. */
  readonly jsonWithFunctions: boolean;
  /** Google Search beside function declarations. */
  readonly searchWithFunctions: boolean;
  /** Function calls in the history must carry thought signatures. */
  readonly signatures: boolean;
  /** mediaResolution on a single part, pictures inside function responses. */
  readonly richParts: boolean;
  readonly output: 'text' | 'image' | 'audio';
  /** A unary call gives at most half of what a streaming one does, so always stream (Gemini 4). */
  readonly streamOnly: boolean;
};

const level = (...levels: readonly ThinkingLevel[]): Thinking => ({ by: 'level', levels });
const lowToHigh = level('LOW', 'MEDIUM', 'HIGH');
const minimalToHigh = level('MINIMAL', 'LOW', 'MEDIUM', 'HIGH');
const notThinking: Thinking = { by: 'nothing' };

const newest: ModelTraits = {
  thinking: lowToHigh,
  sampling: false,
  prefill: false,
  penalties: true,
  systemInstruction: true,
  manyCandidates: false,
  jsonWithFunctions: true,
  searchWithFunctions: true,
  signatures: true,
  richParts: true,
  output: 'text',
  streamOnly: false,
};
const three: ModelTraits = { ...newest, sampling: true, prefill: true };
const twoFive: ModelTraits = {
  ...three,
  penalties: false,
  manyCandidates: true,
  jsonWithFunctions: false,
  searchWithFunctions: false,
  signatures: false,
  richParts: false,
};
const older: ModelTraits = { ...twoFive, thinking: notThinking, penalties: true };
const four: ModelTraits = { ...newest, streamOnly: true };

type ByBudget = Extract<Thinking, { readonly by: 'budget' }>;

const budget = (least: number, most: number, more: Partial<ByBudget> = {}): Thinking => ({ by: 'budget', least, most, canBeOff: true, onByDefault: true, ...more });

/**
 * The first row that matches wins; an id that none matches is taken as a newest Gemini model. Sources: Google's
 * thinking and model pages, langchain-google #1897 and #1899, @ai-sdk/google 4.0.121.
 */
const families: readonly (readonly [RegExp, ModelTraits])[] = [
  [/^gemma/, { ...older, systemInstruction: false, manyCandidates: false }],
  [/^learnlm|^gemini-(?:1\.|2\.0)/, older],
  [/-tts/, { ...newest, thinking: notThinking, signatures: false, output: 'audio' }],
  [/^gemini-2\.5-.*image/, { ...twoFive, thinking: notThinking, manyCandidates: false, output: 'image' }],
  [/^gemini-3\.1-flash-image/, { ...three, thinking: level('MINIMAL', 'HIGH'), output: 'image' }],
  [/^gemini-3.*image/, { ...three, thinking: notThinking, output: 'image' }],
  [/nano-banana|-image/, { ...newest, thinking: notThinking, output: 'image' }],
  [/^gemini-2\.5-pro/, { ...twoFive, thinking: budget(128, 32_768, { canBeOff: false }) }],
  [/^gemini-2\.5-flash-lite/, { ...twoFive, thinking: budget(512, 24_576, { onByDefault: false }) }],
  [/^gemini-2\.5/, { ...twoFive, thinking: budget(1, 24_576) }],
  [/^gemini-3-pro/, { ...three, thinking: level('LOW', 'HIGH') }],
  [/^gemini-3\.1-pro/, { ...three, thinking: lowToHigh }],
  [/^gemini-3\.5-flash-lite|^gemini-3\.6/, { ...newest, thinking: minimalToHigh }],
  [/^gemini-3-flash|^gemini-3\.1-flash|^gemini-3\.5-flash/, { ...three, thinking: minimalToHigh }],
  [/^gemini-4.*hydrogen/, { ...four, thinking: level('LOW', 'MEDIUM', 'HIGH', 'XHIGH') }],
  [/^gemini-([4-9]|\d\d)/, four],
  [/^gemini-\d|^gemini-(flash|flash-lite|pro)-latest/, newest],
  [/^gemini-/, { ...newest, thinking: notThinking }],
];

/** The traits of a model id (without `models/`). */
export const modelTraits = (model: string): ModelTraits =>
  families.find(([pattern]) => pattern.test(model))?.[1] ?? newest;
