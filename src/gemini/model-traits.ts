import { perText } from '../kernel/remember.ts';
import type { ThinkingLevel } from './request.ts';

/**
 * How a family's thinking is steered: by a token budget (2.5), by a level (3 and later), on or off (Gemma 4), or not at
 * all.
 */
export type Thinking =
  | { readonly by: 'nothing' }
  | {
      readonly by: 'budget';
      readonly least: number;
      readonly most: number;
      readonly canBeOff: boolean;
      readonly onByDefault: boolean;
    }
  | { readonly by: 'switch' }
  | { readonly by: 'level'; readonly levels: readonly ThinkingLevel[] };

/** A tool that Google runs itself. */
export type BuiltInTool = 'googleSearch' | 'urlContext' | 'codeExecution' | 'googleMaps';

/** What a model can take and give, told from its id alone. */
export type ModelTraits = {
  readonly thinking: Thinking;
  /** temperature, topP, topK count; later models refuse or ignore them. */
  readonly sampling: boolean;
  /** A history that ends with a model turn is continued. */
  readonly prefill: boolean;
  readonly penalties: boolean;
  readonly logprobs: boolean;
  readonly systemInstruction: boolean;
  /** candidateCount above 1. */
  readonly manyCandidates: boolean;
  /** Functions may be declared. */
  readonly functions: boolean;
  readonly builtIns: readonly BuiltInTool[];
  /** responseMimeType JSON. */
  readonly json: boolean;
  /** responseMimeType JSON beside tools of any kind. */
  readonly jsonWithTools: boolean;
  /** Google's own tools beside function declarations. */
  readonly searchWithFunctions: boolean;
  /** Function calls in the history must carry thought signatures. */
  readonly signatures: boolean;
  /** mediaResolution on a single part, pictures inside function responses. */
  readonly richParts: boolean;
  readonly output: 'text' | 'image' | 'audio';
  /** A unary call gives at most half of what a streaming one does, so always stream (Gemini 4). */
  readonly streamOnly: boolean;
};

const byLevel = (...levels: readonly ThinkingLevel[]): Thinking => ({ by: 'level', levels });
const lowToHigh = byLevel('LOW', 'MEDIUM', 'HIGH');
const minimalToHigh = byLevel('MINIMAL', 'LOW', 'MEDIUM', 'HIGH');
const notThinking: Thinking = { by: 'nothing' };

const newest: ModelTraits = {
  thinking: lowToHigh,
  sampling: false,
  prefill: false,
  penalties: true,
  logprobs: true,
  systemInstruction: true,
  manyCandidates: false,
  functions: true,
  builtIns: ['googleSearch', 'urlContext', 'codeExecution', 'googleMaps'],
  json: true,
  jsonWithTools: true,
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
  jsonWithTools: false,
  searchWithFunctions: false,
  signatures: false,
  richParts: false,
};
const older: ModelTraits = { ...twoFive, thinking: notThinking, penalties: true };
const four: ModelTraits = { ...newest, streamOnly: true };

/**
 * Gemma 4 thinks or does not: `high` or `minimal`; it takes instructions and functions (ai.google.dev, Gemma on the
 * Gemini API).
 */
const gemmaFour: ModelTraits = { ...older, thinking: { by: 'switch' }, manyCandidates: false, logprobs: false };
const gemmaThree: ModelTraits = {
  ...gemmaFour,
  thinking: notThinking,
  systemInstruction: false,
  functions: false,
  builtIns: [],
  json: false,
};

const plain: Partial<ModelTraits> = { thinking: notThinking, functions: false, logprobs: false, manyCandidates: false };

/** Speech models say what they are given: no instruction, no tools, no format. */
const speaks: Partial<ModelTraits> = {
  ...plain,
  prefill: false,
  penalties: false,
  systemInstruction: false,
  builtIns: [],
  json: false,
  signatures: false,
  output: 'audio',
};

/** Image models of Gemini 3 and later can search; nobody has told whether they refuse functions. */
const draws: Partial<ModelTraits> = { ...plain, functions: true, builtIns: ['googleSearch'], output: 'image' };

type ByBudget = Extract<Thinking, { readonly by: 'budget' }>;

const byBudget = (least: number, most: number, more: Partial<ByBudget> = {}): Thinking => ({
  by: 'budget',
  least,
  most,
  canBeOff: true,
  onByDefault: true,
  ...more,
});

/**
 * The first row that matches wins. A row names the generations that are known; a later one of the same kind falls to
 * the newest row of that kind (gemma-5 is as gemma-4, gemini-5 as gemini-4, an image or speech model as the newest
 * one), and an id that none matches is taken as a newest Gemini model: thinking by level from low to high, no sampling,
 * no prefill. Sources: Google's thinking, model and Gemma pages, langchain-google #1897 and #1899, @ai-sdk/google
 * 4.0.121.
 */
const families: readonly (readonly [RegExp, ModelTraits])[] = [
  [/^gemma-?[123](?!\d)/, gemmaThree],
  [/gemma/, gemmaFour],
  [/^learnlm|^gemini-(?:1\.|2\.0)/, older],
  [/^gemini-(?:2\.|3\.1).*-tts/, { ...three, ...speaks }],
  [/-tts/, { ...newest, ...speaks }],
  [/-transcribe/, { ...newest, ...plain, builtIns: [], json: false, signatures: false }],
  [/^gemini-2\.5-.*image/, { ...twoFive, ...draws, functions: false, builtIns: [], json: false }],
  [/^gemini-3\.1-flash-image/, { ...three, ...draws, thinking: byLevel('MINIMAL', 'HIGH') }],
  [/^gemini-3.*image/, { ...three, ...draws }],
  [/nano-banana|-image/, { ...newest, ...draws }],
  [/^gemini-2\.5-pro/, { ...twoFive, thinking: byBudget(128, 32_768, { canBeOff: false }) }],
  [/^gemini-2\.5-flash-lite/, { ...twoFive, thinking: byBudget(512, 24_576, { onByDefault: false }) }],
  [/^gemini-2\.5/, { ...twoFive, thinking: byBudget(1, 24_576) }],
  [/^gemini-3-pro/, { ...three, thinking: byLevel('LOW', 'HIGH') }],
  [/^gemini-3\.1-pro/, { ...three, thinking: lowToHigh }],
  [/^gemini-3\.5-flash-lite|^gemini-3\.6/, { ...newest, thinking: minimalToHigh }],
  [/^gemini-3-flash|^gemini-3\.1-flash|^gemini-3\.5-flash/, { ...three, thinking: minimalToHigh }],
  [/^gemini-4.*hydrogen/, { ...four, thinking: byLevel('LOW', 'MEDIUM', 'HIGH', 'XHIGH') }],
  [/^gemini-([4-9]|\d\d)/, four],
  [/^gemini-\d|^gemini-(flash|flash-lite|pro)-latest/, newest],
  [/^gemini-/, { ...newest, thinking: notThinking }],
];

/** The traits of a model id (without `models/`). */
export const modelTraits: (model: string) => ModelTraits = perText(
  (model) => families.find(([pattern]) => pattern.test(model))?.[1] ?? newest,
);
