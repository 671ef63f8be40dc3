/** How a model's thinking is asked for: not at all, by a budget of tokens, or by a level. */
export type ThinkingTrait =
  | { readonly by: 'none' }
  | { readonly by: 'budget'; readonly least: number; readonly most: number; readonly off: boolean; readonly start: number }
  | { readonly by: 'level'; readonly levels: readonly string[]; readonly budgetToo: boolean; readonly start: string };

/** What the emulated model takes and gives. */
export type Traits = {
  readonly generation: number;
  readonly thinking: ThinkingTrait;
  readonly output: 'text' | 'image' | 'audio';
  /** A request may end with a model turn. */
  readonly prefill: boolean;
  readonly penalties: boolean;
  readonly systemInstruction: boolean;
  readonly manyCandidates: boolean;
  readonly logprobs: boolean;
  /** functionDeclarations. */
  readonly functions: boolean;
  /** Google's own tools, by their field. */
  readonly builtIns: readonly string[];
  /** responseMimeType JSON. */
  readonly json: boolean;
};

const levels = (names: string, start: string, budgetToo = true): ThinkingTrait => ({ by: 'level', levels: names.split(' '), start, budgetToo });
const budget = (least: number, most: number, off: boolean, start = -1): ThinkingTrait => ({ by: 'budget', least, most, off, start });

const all = 'MINIMAL LOW MEDIUM HIGH';
const three = 'LOW MEDIUM HIGH';
const none: ThinkingTrait = { by: 'none' };

const newest: Traits = {
  generation: 3,
  thinking: levels(three, 'MEDIUM'),
  output: 'text',
  prefill: false,
  penalties: true,
  systemInstruction: true,
  manyCandidates: false,
  logprobs: false,
  functions: true,
  builtIns: ['googleSearch', 'urlContext', 'codeExecution', 'googleMaps', 'fileSearch', 'computerUse', 'googleSearchRetrieval', 'mcpServers'],
  json: true,
};
const third: Traits = { ...newest, prefill: true };
const second: Traits = { ...third, generation: 2, thinking: none, penalties: false, manyCandidates: true, logprobs: true };

const gemma: Traits = { ...second, penalties: true, manyCandidates: false, logprobs: false };
const speaks: Partial<Traits> = { output: 'audio', systemInstruction: false, manyCandidates: false, penalties: false, logprobs: false, functions: false, builtIns: [], json: false };
const draws: Partial<Traits> = { output: 'image', manyCandidates: false, logprobs: false, builtIns: ['googleSearch'] };

/** The first pattern that fits tells; an id that none fits is taken as a newest model. */
const families: readonly (readonly [RegExp, Traits])[] = [
  [/^gemma-[1-3]/, { ...gemma, systemInstruction: false, functions: false, builtIns: [], json: false }],
  [/^gemma/, { ...gemma, thinking: levels('MINIMAL HIGH', 'HIGH', false) }],
  [/^gemini-2.*-tts/, { ...second, ...speaks }],
  [/-tts/, { ...newest, ...speaks, thinking: none }],
  [/-transcribe/, { ...newest, thinking: none }],
  [/^gemini-2.*-image/, { ...second, ...draws, functions: false, builtIns: [], json: false }],
  [/^gemini-3\.1-flash.*image/, { ...third, ...draws, thinking: levels('MINIMAL HIGH', 'MINIMAL') }],
  [/image|banana/, { ...third, ...draws, thinking: levels(all, 'HIGH') }],
  [/^gemini-2\.5-pro/, { ...second, thinking: budget(128, 32_768, false) }],
  [/^gemini-2\.5-flash-lite/, { ...second, thinking: budget(512, 24_576, true, 0) }],
  [/^gemini-2\.5/, { ...second, thinking: budget(1, 24_576, true) }],
  [/^gemini-[12]/, { ...second, penalties: true }],
  [/^gemini-3-pro/, { ...third, thinking: levels('LOW HIGH', 'HIGH') }],
  [/^gemini-3\.1-pro/, { ...third, thinking: levels(three, 'HIGH') }],
  [/^gemini-3\.1-flash-lite/, { ...third, thinking: levels(all, 'MINIMAL') }],
  [/^gemini-3-flash|^gemini-3\.1/, { ...third, thinking: levels(all, 'HIGH') }],
  [/^gemini-3\.5-flash-lite/, { ...newest, thinking: levels(all, 'MINIMAL') }],
  [/^gemini-3\.5/, { ...third, thinking: levels(all, 'MEDIUM') }],
  [/^gemini-3\.6/, { ...newest, thinking: levels(all, 'MEDIUM') }],
  [/^gemini-4-hydrogen/, { ...newest, generation: 4, thinking: levels('LOW MEDIUM HIGH XHIGH', 'HIGH', false) }],
  [/^gemini-[4-9]/, { ...newest, generation: 4, thinking: levels(three, 'MEDIUM', false) }],
];

/** The traits of a model, by its id without `models/`. */
export const traitsOf = (model: string): Traits => families.find(([pattern]) => pattern.test(model))?.[1] ?? newest;
