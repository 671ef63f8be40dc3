import { E } from '../../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../../kernel/proxy-error.ts';
import { isEmpty } from '../../../kernel/is-empty.ts';
import { isObject } from '../../../kernel/is-object.ts';

/** What becomes of a field: it counts, it changes nothing worth telling of, or it is a 400 that names it. */
export type FieldFate = 'taken' | 'ignored' | 'refused';

/** A request field that is not OpenAI's: its name, whose it is, what becomes of it, and as what or why. */
export type NeighbourField = readonly [name: string, of: string, fate: FieldFate, how: string];

const sampler = 'a sampler that Gemini lacks';
const ofServer = 'a switch of that server alone';
const routing = 'chooses among providers, and there is one';
const shape = 'Gemini cannot be held to it, but to a JSON schema in response_format';

/**
 * Fields of other servers that clients send to any OpenAI-compatible address. Sources: the request references of
 * OpenRouter, Together and Fireworks, vLLM's ChatCompletionRequest, llama.cpp's server README, Ollama's OpenAI page,
 * LiteLLM's list of parameters, Qwen's (DashScope), Google's OpenAI page; clients: LobeChat, Cherry Studio.
 * docs/parameters.md shows the same rows.
 */
export const neighbourFields: readonly NeighbourField[] = [
  ['top_k', 'all', 'taken', 'topK'],
  ['min_p', 'all', 'ignored', sampler],
  ['top_a', 'OpenRouter', 'ignored', sampler],
  ['typical_p', 'llama.cpp, Fireworks', 'ignored', sampler],
  ['tfs_z', 'llama.cpp, Ollama', 'ignored', sampler],
  ['repetition_penalty', 'OpenRouter, Together, vLLM', 'ignored', sampler],
  ['repeat_penalty', 'llama.cpp, Ollama', 'ignored', sampler],
  ['repeat_last_n', 'llama.cpp, Ollama', 'ignored', sampler],
  ['length_penalty', 'vLLM', 'ignored', sampler],
  ['penalize_nl', 'llama.cpp', 'ignored', sampler],
  ['dynatemp_range', 'llama.cpp', 'ignored', sampler],
  ['dynatemp_exponent', 'llama.cpp', 'ignored', sampler],
  ['xtc_probability', 'llama.cpp', 'ignored', sampler],
  ['xtc_threshold', 'llama.cpp', 'ignored', sampler],
  ['dry_multiplier', 'llama.cpp', 'ignored', sampler],
  ['dry_base', 'llama.cpp', 'ignored', sampler],
  ['dry_allowed_length', 'llama.cpp', 'ignored', sampler],
  ['dry_penalty_last_n', 'llama.cpp', 'ignored', sampler],
  ['dry_sequence_breakers', 'llama.cpp', 'ignored', sampler],
  ['mirostat', 'llama.cpp, Ollama', 'ignored', sampler],
  ['mirostat_tau', 'llama.cpp, Ollama', 'ignored', sampler],
  ['mirostat_eta', 'llama.cpp, Ollama', 'ignored', sampler],
  ['mirostat_target', 'Fireworks', 'ignored', sampler],
  ['mirostat_lr', 'Fireworks', 'ignored', sampler],
  ['samplers', 'llama.cpp', 'ignored', sampler],
  ['min_keep', 'llama.cpp', 'ignored', sampler],
  ['use_beam_search', 'vLLM', 'ignored', sampler],
  ['best_of', 'vLLM', 'ignored', sampler],
  ['sampling_mask', 'Fireworks', 'ignored', sampler],
  ['n_predict', 'llama.cpp', 'taken', 'maxOutputTokens, where max_tokens is not given'],
  ['min_tokens', 'vLLM', 'ignored', 'Gemini has no least length'],
  ['n_keep', 'llama.cpp', 'ignored', ofServer],
  ['n_discard', 'llama.cpp', 'ignored', ofServer],
  ['n_probs', 'llama.cpp', 'ignored', 'ask with logprobs'],
  ['num_ctx', 'Ollama', 'ignored', ofServer],
  ['options', 'Ollama', 'ignored', "its OpenAI endpoint doesn't read them either"],
  ['keep_alive', 'Ollama', 'ignored', ofServer],
  ['ignore_eos', 'vLLM, llama.cpp, Fireworks', 'ignored', ofServer],
  ['stop_token_ids', 'vLLM', 'ignored', "numbers of another model's tokens"],
  ['include_stop_str_in_output', 'vLLM', 'ignored', 'Gemini leaves the stop text out'],
  ['skip_special_tokens', 'vLLM', 'ignored', ofServer],
  ['spaces_between_special_tokens', 'vLLM', 'ignored', ofServer],
  ['truncate_prompt_tokens', 'vLLM', 'ignored', 'prompts are not cut'],
  ['prompt_truncate_len', 'Fireworks', 'ignored', 'prompts are not cut'],
  ['context_length_exceeded_behavior', 'Together, Fireworks', 'ignored', 'a prompt that is too long is an error'],
  ['transforms', 'OpenRouter', 'ignored', 'prompts are not cut'],
  ['prompt_logprobs', 'vLLM', 'ignored', 'Gemini tells none of the prompt'],
  ['echo', 'Together, Fireworks, vLLM', 'ignored', 'the answer alone is told'],
  ['echo_last', 'Fireworks', 'ignored', 'the answer alone is told'],
  ['add_generation_prompt', 'vLLM', 'ignored', ofServer],
  [
    'continue_final_message',
    'vLLM',
    'ignored',
    'a history that ends with an answer is continued where the model does it',
  ],
  ['add_special_tokens', 'vLLM', 'ignored', ofServer],
  ['chat_template', 'vLLM', 'ignored', ofServer],
  [
    'chat_template_kwargs',
    'vLLM, llama.cpp, Together',
    'taken',
    'enable_thinking and thinking switch thinking; the rest is ignored',
  ],
  ['mm_processor_kwargs', 'vLLM', 'ignored', ofServer],
  ['return_tokens_as_token_ids', 'vLLM', 'ignored', ofServer],
  ['return_token_ids', 'vLLM, Fireworks', 'ignored', ofServer],
  ['return_tokens', 'llama.cpp', 'ignored', ofServer],
  ['cache_prompt', 'llama.cpp', 'ignored', 'Gemini caches by itself'],
  ['cache_salt', 'vLLM', 'ignored', 'Gemini caches by itself'],
  ['cache_control', 'OpenRouter', 'ignored', 'Gemini caches by itself'],
  ['priority', 'vLLM', 'ignored', 'ask with service_tier'],
  ['request_id', 'vLLM', 'ignored', ofServer],
  ['session_id', 'OpenRouter', 'ignored', ofServer],
  ['id_slot', 'llama.cpp', 'ignored', ofServer],
  ['lora', 'llama.cpp', 'ignored', ofServer],
  ['timings_per_token', 'llama.cpp', 'ignored', ofServer],
  ['post_sampling_probs', 'llama.cpp', 'ignored', ofServer],
  ['response_fields', 'llama.cpp', 'ignored', ofServer],
  ['t_max_predict_ms', 'llama.cpp', 'ignored', ofServer],
  ['reasoning_format', 'llama.cpp', 'ignored', 'thoughts come in reasoning_content'],
  ['perf_metrics_in_response', 'Fireworks', 'ignored', ofServer],
  ['raw_output', 'Fireworks', 'ignored', ofServer],
  ['speculation', 'Fireworks', 'ignored', 'the answer is the same without'],
  ['safety_model', 'Together', 'ignored', ofServer],
  ['compliance', 'Together', 'ignored', ofServer],
  ['models', 'OpenRouter', 'ignored', routing],
  ['route', 'OpenRouter', 'ignored', routing],
  ['provider', 'OpenRouter', 'ignored', routing],
  ['preset', 'OpenRouter', 'ignored', routing],
  ['plugins', 'OpenRouter', 'taken', '`{"id":"web"}` is Google Search; others are ignored'],
  ['usage', 'OpenRouter', 'taken', '`{"include":true}` is stream_options.include_usage'],
  ['fallbacks', 'LiteLLM', 'ignored', routing],
  ['num_retries', 'LiteLLM', 'ignored', 'as often as the service tries anyway'],
  ['timeout', 'LiteLLM', 'ignored', "the service's own limits"],
  ['drop_params', 'LiteLLM', 'ignored', ofServer],
  ['tags', 'LiteLLM', 'ignored', ofServer],
  ['caching', 'LiteLLM', 'ignored', ofServer],
  ['guardrails', 'LiteLLM', 'ignored', ofServer],
  ['mock_response', 'LiteLLM', 'ignored', ofServer],
  ['incremental_output', 'Qwen', 'ignored', 'streams are always made of new pieces'],
  ['enable_search', 'Qwen', 'taken', 'Google Search'],
  ['reasoning', 'OpenRouter, Together, Ollama', 'taken', 'thinkingConfig; `exclude` hides thoughts'],
  ['include_reasoning', 'OpenRouter, vLLM', 'taken', 'false hides thoughts'],
  ['thinking', 'LiteLLM, Fireworks', 'taken', 'thinkingConfig'],
  ['thinking_budget', 'Qwen, LobeChat', 'taken', 'thinkingConfig'],
  ['thinkingBudget', 'LobeChat, Cherry Studio', 'taken', 'thinkingConfig'],
  ['thinking_level', 'LobeChat', 'taken', 'thinkingConfig'],
  ['thinkingLevel', 'LobeChat', 'taken', 'thinkingConfig'],
  ['thinking_token_budget', 'vLLM', 'taken', 'thinkingConfig'],
  ['thinking_budget_tokens', 'llama.cpp', 'taken', 'thinkingConfig'],
  ['enable_thinking', 'Qwen, Cherry Studio', 'taken', 'false turns thinking off'],
  ['think', 'Ollama', 'taken', 'a flag or an effort'],
  ['urlContext', 'LobeChat', 'taken', "Google's urlContext"],
  ['url_context', 'LobeChat', 'taken', "Google's urlContext"],
  ['googleSearch', 'LobeChat', 'taken', 'Google Search'],
  ['google_search', 'LobeChat', 'taken', 'Google Search'],
  ['image_config', 'OpenRouter', 'taken', 'imageConfig'],
  ['imageConfig', 'LiteLLM', 'taken', 'imageConfig'],
  ['safety_settings', 'LiteLLM', 'taken', 'safetySettings'],
  ['google', 'Google', 'taken', 'thinking_config, image_config, cached_content, safety_settings, media_resolution'],
  ['extra_body', 'Google', 'taken', 'its `google`, as above'],
  ['thinking_config', 'LiteLLM', 'taken', 'thinkingConfig'],
  ['thinkingConfig', 'LiteLLM', 'taken', 'thinkingConfig'],
  ['cached_content', 'LiteLLM', 'taken', 'cachedContent'],
  ['cachedContent', 'LiteLLM', 'taken', 'cachedContent'],
  ['media_resolution', 'LiteLLM', 'taken', 'mediaResolution: low, medium, high'],
  ['mediaResolution', 'LiteLLM', 'taken', 'mediaResolution: low, medium, high'],
  ['aspect_ratio', 'LobeChat', 'taken', 'imageConfig, where pictures are drawn'],
  ['aspectRatio', 'LobeChat', 'taken', 'imageConfig, where pictures are drawn'],
  ['image_size', 'LobeChat', 'taken', 'imageConfig, where pictures are drawn'],
  ['imageSize', 'LobeChat', 'taken', 'imageConfig, where pictures are drawn'],
  ['generationConfig', 'Google', 'taken', "its fields by the request's own names, which go before it"],
  ['generation_config', 'Google', 'taken', "its fields by the request's own names, which go before it"],
  ['responseModalities', 'LiteLLM', 'taken', '`IMAGE` as in modalities'],
  ['speechConfig', 'LiteLLM', 'ignored', 'ask with audio.voice'],
  ['labels', 'LiteLLM', 'ignored', 'for bills of Vertex'],
  ['guided_json', 'vLLM', 'taken', 'response_format json_schema'],
  [
    'structured_outputs',
    'vLLM',
    'taken',
    '`json` and `json_object` as response_format; choice, regex, grammar, structural_tag are a 400',
  ],
  ['json_schema', 'llama.cpp', 'taken', 'response_format json_schema'],
  ['format', 'Ollama', 'taken', '`json` or a schema, as response_format'],
  ['guided_choice', 'vLLM', 'refused', shape],
  ['guided_regex', 'vLLM', 'refused', shape],
  ['guided_grammar', 'vLLM', 'refused', shape],
  ['guided_whitespace_pattern', 'vLLM', 'ignored', 'blanks between tokens of JSON'],
  ['guided_decoding_backend', 'vLLM', 'ignored', ofServer],
  ['structural_tag', 'vLLM', 'refused', shape],
  ['grammar', 'llama.cpp', 'refused', shape],
  ['bad_words', 'vLLM', 'refused', 'Gemini has no words that it must not say'],
  ['allowed_token_ids', 'vLLM', 'refused', "numbers of another model's tokens"],
  ['documents', 'vLLM', 'refused', 'put them into the messages'],
];

/** A place in the request that must say nothing: a field, or a field within one. */
type Refused = { readonly outer: string; readonly inner: string | null; readonly why: string };

const refusedFields: readonly Refused[] = [
  ...neighbourFields.flatMap(([name, , fate, why]) => (fate === 'refused' ? [{ outer: name, inner: null, why }] : [])),
  ...['choice', 'regex', 'grammar', 'structural_tag'].map((inner) => ({
    outer: 'structured_outputs',
    inner,
    why: shape,
  })),
];

/** What clients send for a field that they leave alone. */
const saysNothing = (value: unknown): boolean => isEmpty(value) || value === false || value === 0 || value === -1;

const valueAt = (body: Readonly<Record<string, unknown>>, { outer, inner }: Refused): unknown => {
  const value = body[outer];
  if (inner === null) return value;
  return isObject(value) ? value[inner] : undefined;
};

const refusedNames: ReadonlySet<string> = new Set(refusedFields.map(({ outer }) => outer));

/** Most requests hold none of these fields. */
const mayBeRefused = (body: Readonly<Record<string, unknown>>): boolean => {
  for (const name in body) if (refusedNames.has(name)) return true;
  return false;
};

/** Refuses, by its name, a field of a neighbour that would change the answer and that Gemini has no counterpart for. */
export const refuseNeighbours = (body: unknown): E.Either<ProxyError, void> => {
  const found =
    isObject(body) && mayBeRefused(body)
      ? refusedFields.find((field) => !saysNothing(valueAt(body, field)))
      : undefined;
  if (found === undefined) return E.right(undefined);
  const path = found.inner === null ? found.outer : `${found.outer}.${found.inner}`;
  return E.left(invalid(`'${path}' is not supported: ${found.why}.`, path, 'unsupported_parameter'));
};
