import { isObject, objectAt, objectsAt, textAt, textsAt, type JsonObject } from './json.ts';
import { traitsOf, type Traits } from './traits.ts';

/** A request as the canned answers see it. */
export type Question = {
  readonly model: string;
  readonly traits: Traits;
  readonly body: JsonObject;
  readonly config: JsonObject;
  /** The last user turn's texts. */
  readonly text: string;
  /** The function responses in the last turn. */
  readonly results: readonly JsonObject[];
  readonly declarations: readonly JsonObject[];
  /** Names of the built-in tools. */
  readonly builtIn: readonly string[];
  /** Names that the model may call; empty for all. */
  readonly allowed: readonly string[];
  readonly mode: string;
};

const lastParts = (body: JsonObject): readonly JsonObject[] => objectsAt(objectsAt(body, 'contents').at(-1), 'parts');

/** What a checked request asks. */
export const questionOf = (model: string, body: JsonObject): Question => {
  const parts = lastParts(body);
  const tools = objectsAt(body, 'tools');
  const calling = objectAt(objectAt(body, 'toolConfig'), 'functionCallingConfig');
  return {
    model,
    traits: traitsOf(model),
    body,
    config: objectAt(body, 'generationConfig'),
    text: parts.map((part) => textAt(part, 'text') ?? '').join(' ').trim(),
    results: parts.map((part) => part['functionResponse']).filter(isObject),
    declarations: tools.flatMap((tool) => objectsAt(tool, 'functionDeclarations')),
    builtIn: tools.flatMap((tool) => Object.keys(tool).filter((name) => name !== 'functionDeclarations')),
    allowed: textsAt(calling, 'allowedFunctionNames'),
    mode: textAt(calling, 'mode') ?? 'AUTO',
  };
};
