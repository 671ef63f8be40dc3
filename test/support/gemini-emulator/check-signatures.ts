import { isObject, objectAt, objectsAt, textAt, type JsonObject } from './json.ts';
import type { Traits } from './traits.ts';

/** Words that Google documents for calls whose signature is lost. */
const dummies: readonly string[] = ['skip_thought_signature_validator', 'context_engineering_is_the_way_to_go'];

/** Tells whether a signature was given out by this emulator. */
export type Knows = (signature: string) => boolean;

const hasResponse = (content: JsonObject): boolean => objectsAt(content, 'parts').some((part) => isObject(part['functionResponse']));

const isQuestion = (content: JsonObject): boolean => content['role'] !== 'model' && !hasResponse(content);

const missing = (name: string, position: number): string =>
  `Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call \`default_api:${name}\`, position ${position}. Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details.`;

const unsignedStep = (contents: readonly JsonObject[]): string | undefined => {
  const start = contents.findLastIndex(isQuestion);
  for (const [at, content] of contents.entries()) {
    const call = at > start ? objectsAt(content, 'parts').find((part) => isObject(part['functionCall'])) : undefined;
    const signature = textAt(call, 'thoughtSignature') ?? '';
    if (call !== undefined && signature === '') return missing(textAt(objectAt(call, 'functionCall'), 'name') ?? '', at + 1);
  }
  return undefined;
};

/**
 * Thought signatures of Gemini 3 and later, at every thinking level: the first call of each step since the last
 * question must have one. Whether it is a good one is only looked at where `knows` is given.
 */
export const checkSignatures = ({ generation, output }: Traits, body: JsonObject, knows?: Knows): string | undefined => {
  if (generation < 3 || output === 'audio') return undefined;
  const contents = objectsAt(body, 'contents');
  const unsigned = unsignedStep(contents);
  if (unsigned !== undefined || knows === undefined) return unsigned;
  const signatures = contents.flatMap((content) => objectsAt(content, 'parts')).map((part) => textAt(part, 'thoughtSignature'));
  const foreign = signatures.some((one) => one !== undefined && one !== '' && !dummies.includes(one) && !knows(one));
  return foreign ? 'Corrupted thought signature.' : undefined;
};
