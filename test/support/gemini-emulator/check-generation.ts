import { isObject, numberAt, objectAt, objectsAt, textAt, textsAt, type JsonObject } from './json.ts';
import type { Traits } from './traits.ts';

type Subject = { readonly model: string; readonly traits: Traits; readonly body: JsonObject; readonly config: JsonObject };

/** What is wrong, or undefined. */
type Rule = (subject: Subject) => string | undefined;

const asksForJson = (config: JsonObject): boolean =>
  textAt(config, 'responseMimeType') === 'application/json' ||
  textAt(objectAt(objectAt(config, 'responseFormat'), 'text'), 'mimeType') === 'APPLICATION_JSON';

const inRange =
  (name: string, field: string, least: number, most: number): Rule =>
  ({ config }) => {
    const value = numberAt(config, name);
    return value === undefined || (value >= least && value <= most)
      ? undefined
      : `* GenerateContentRequest.generation_config.${field}: ${field} must be in the range [${least}, ${most}].\n`;
  };

/** Penalties are from -2 to less than 2 (Google's GenerationConfig reference). */
const penaltyInRange =
  (name: string, field: string): Rule =>
  ({ config }) => {
    const value = numberAt(config, name);
    return value === undefined || (value >= -2 && Math.fround(value) < 2)
      ? undefined
      : `Unable to submit request because it has a ${field} value of ${value} but the supported range is from -2 (inclusive) to 2 (exclusive).`;
  };

const modalities: Readonly<Record<Traits['output'], readonly string[]>> = {
  text: ['TEXT'],
  image: ['IMAGE', 'IMAGE,TEXT'],
  audio: ['AUDIO'],
};

const badModalities: Rule = ({ model, traits: { output }, config }) => {
  const asked = textsAt(config, 'responseModalities');
  const allowed = modalities[output];
  if (allowed.includes(asked.toSorted().join()) || (asked.length === 0 && output !== 'audio')) return undefined;
  const list = allowed.map((combination) => `* ${combination}\n`).join('');
  return `The requested combination of response modalities (${asked.join(', ') || 'TEXT'}) is not supported by the model. models/${model} accepts the following combinations of response modalities:\n${list}`;
};

const duplicateSafety: Rule = ({ body }) => {
  const categories = objectsAt(body, 'safetySettings').map((setting) => textAt(setting, 'category'));
  const twice = categories.find((category, at) => categories.indexOf(category) !== at);
  return twice === undefined ? undefined : `Duplicate safety setting for category ${twice}.`;
};

/** Categories of PaLM, which are in the enum and yet refused. */
const refusedCategory: Rule = ({ body }) => {
  const at = objectsAt(body, 'safetySettings').findIndex(({ category }) =>
    /_(UNSPECIFIED|DEROGATORY|TOXICITY|VIOLENCE|SEXUAL|MEDICAL|DANGEROUS)$/.test(String(category)),
  );
  return at < 0 ? undefined : `* GenerateContentRequest.safety_settings[${at}]: element predicate failed: $.category in the harm categories of this API\n`;
};

const rules: readonly Rule[] = [
  inRange('temperature', 'temperature', 0, 2),
  inRange('topP', 'top_p', 0, 1),
  inRange('candidateCount', 'candidate_count', 1, 8),
  inRange('logprobs', 'logprobs', 0, 20),
  inRange('maxOutputTokens', 'max_output_tokens', 1, 2_147_483_647),
  penaltyInRange('presencePenalty', 'presencePenalty'),
  penaltyInRange('frequencyPenalty', 'frequencyPenalty'),
  badModalities,
  ({ body }) =>
    body['cachedContent'] !== undefined && ['systemInstruction', 'tools', 'toolConfig'].some((name) => body[name] !== undefined)
      ? 'CachedContent can not be used with GenerateContent request setting system_instruction, tools or tool_config.\n\nProposed fix: move those values to CachedContent from GenerateContent request.'
      : undefined,
  ({ model, traits, body }) =>
    isObject(body['systemInstruction']) && !traits.systemInstruction ? `Developer instruction is not enabled for models/${model}` : undefined,
  ({ model, traits, config }) =>
    !traits.penalties && ['presencePenalty', 'frequencyPenalty'].some((name) => config[name] !== undefined)
      ? `Penalty is not enabled for models/${model}`
      : undefined,
  ({ traits, config }) =>
    (numberAt(config, 'candidateCount') ?? 1) > 1 && !traits.manyCandidates ? 'Multiple candidates is not enabled for this model' : undefined,
  ({ model, traits, config }) =>
    config['responseLogprobs'] === true && !traits.logprobs ? `Logprobs is not enabled for models/${model}` : undefined,
  ({ model, traits, config }) => (asksForJson(config) && !traits.json ? `JSON mode is not enabled for models/${model}` : undefined),
  duplicateSafety,
  refusedCategory,
];

/** What is wrong with the rest of a request for a model: its configuration, safety settings, cache and instruction. */
export const checkGeneration = (model: string, traits: Traits, body: JsonObject): string | undefined => {
  const subject = { model, traits, body, config: objectAt(body, 'generationConfig') };
  return rules.map((rule) => rule(subject)).find((found) => found !== undefined);
};
