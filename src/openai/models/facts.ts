import { modelTraits, type ModelTraits } from '../../gemini/model-traits.ts';
import type { GeminiModel } from '../../gemini/response.ts';

/** What a model takes and gives, in OpenRouter's words. */
export type Architecture = {
  readonly modality: string;
  readonly input_modalities: readonly string[];
  readonly output_modalities: readonly string[];
  readonly tokenizer: 'Gemini';
};

/**
 * What clients read of a model beside its id: OpenRouter's fields (name, context_length, architecture,
 * supported_parameters, top_provider) and LobeChat's (displayName, contextWindowTokens, maxOutput and the abilities).
 */
export type ModelFacts = {
  readonly name?: string;
  readonly description?: string;
  readonly context_length?: number;
  readonly architecture?: Architecture;
  readonly supported_parameters?: readonly string[];
  readonly top_provider?: {
    readonly context_length?: number;
    readonly max_completion_tokens?: number;
    readonly is_moderated: false;
  };
  readonly displayName?: string;
  readonly contextWindowTokens?: number;
  readonly maxOutput?: number;
  readonly vision?: boolean;
  readonly functionCall?: boolean;
  readonly reasoning?: boolean;
  readonly search?: boolean;
  readonly imageOutput?: boolean;
};

const everything = ['text', 'image', 'file', 'audio', 'video'];

/** What text models take besides text (Google's model pages); an unknown one takes all. */
const inputs: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^gemma-3-1b/, ['text']],
  [/^gemma-3n/, ['text', 'image', 'audio', 'video']],
  [/^gemma/, ['text', 'image']],
  [/transcribe/, ['text', 'audio']],
  [/embedding/, ['text']],
];

const inputsOf = (id: string, { output }: ModelTraits): readonly string[] => {
  if (output === 'audio') return ['text'];
  return output === 'image' ? ['text', 'image'] : (inputs.find(([pattern]) => pattern.test(id))?.[1] ?? everything);
};

const outputs = { text: ['text'], image: ['image', 'text'], audio: ['audio'] } as const;

const parametersOf = (traits: ModelTraits): readonly string[] => [
  'max_tokens',
  'max_completion_tokens',
  'stop',
  'seed',
  ...(traits.sampling ? ['temperature', 'top_p', 'top_k'] : []),
  ...(traits.penalties ? ['frequency_penalty', 'presence_penalty'] : []),
  ...(traits.thinking.by === 'nothing' ? [] : ['reasoning', 'reasoning_effort', 'include_reasoning']),
  ...(traits.functions ? ['tools', 'tool_choice', 'parallel_tool_calls'] : []),
  ...(traits.json ? ['response_format', 'structured_outputs'] : []),
  ...(traits.builtIns.includes('googleSearch') ? ['web_search_options'] : []),
  ...(traits.output === 'image' ? ['image_config', 'modalities'] : []),
];

const architectureOf = (input: readonly string[], output: readonly string[]): Architecture => ({
  modality: `${input.join('+')}->${output.join('+')}`,
  input_modalities: input,
  output_modalities: output,
  tokenizer: 'Gemini',
});

const limitsOf = ({ displayName, description, inputTokenLimit, outputTokenLimit }: GeminiModel): ModelFacts => ({
  ...(displayName === undefined ? {} : { name: displayName, displayName }),
  ...(description === undefined ? {} : { description }),
  ...(inputTokenLimit === undefined ? {} : { context_length: inputTokenLimit, contextWindowTokens: inputTokenLimit }),
  ...(outputTokenLimit === undefined ? {} : { maxOutput: outputTokenLimit }),
  top_provider: { context_length: inputTokenLimit, max_completion_tokens: outputTokenLimit, is_moderated: false },
});

/** A chat model's facts, from its name alone. */
const chatFacts = (id: string): ModelFacts => {
  const traits = modelTraits(id);
  const input = inputsOf(id, traits);
  return {
    architecture: architectureOf(input, outputs[traits.output]),
    supported_parameters: parametersOf(traits),
    vision: input.includes('image'),
    functionCall: traits.functions,
    reasoning: traits.thinking.by !== 'nothing',
    search: traits.builtIns.includes('googleSearch'),
    imageOutput: traits.output === 'image',
  };
};

/** The facts of a model that Google lists. */
export const modelFacts = (id: string, model: GeminiModel, chats: boolean): ModelFacts => ({
  ...limitsOf(model),
  ...(chats
    ? chatFacts(id)
    : {
        architecture: architectureOf(['text'], ['embeddings']),
        supported_parameters: ['dimensions', 'encoding_format'],
      }),
});

/** The facts of a model that only its name is known of. */
export const namedFacts = (id: string): ModelFacts => (id.includes('embedding') ? {} : chatFacts(id));
