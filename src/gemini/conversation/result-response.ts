import { E } from '../../kernel/fp.ts';
import { jsonText, wellFormed, wellFormedJson } from '../../kernel/well-formed.ts';
import { fateOf, withExactText } from '../exact-json.ts';
import { isJsonObject } from '../is-json-object.ts';
import { jsonOf } from '../json-text.ts';
import type { Json, JsonObject } from '../request.ts';
import type { ResultTurn } from './turns.ts';

/** Undefined for what is no JSON, or nests too deep to be walked: then it stays the text that it is. */
const parseResult = (text: string): unknown => E.getOrElse((): unknown => undefined)(jsonOf(text));

/** A JSON Schema's `$ref` in a result would be read as a reference to a media part (ai-sdk 4.0.80). */
const holdsReference = (value: unknown): boolean =>
  isJsonObject(value)
    ? Object.hasOwn(value, '$ref') || Object.values(value).some(holdsReference)
    : Array.isArray(value) && value.some(holdsReference);

/**
 * A result in JSON is an object for Gemini as long as that says the same: there numbers are doubles and names have no
 * order (google.protobuf.Struct), so what would be another number, or in another order, stays the text that it is.
 */
const ofText = (text: string): JsonObject => {
  const value = text.trimStart().startsWith('{') ? parseResult(text) : undefined;
  if (!isJsonObject(value)) return { result: wellFormed(text) };
  const json = wellFormedJson(text);
  const fate = holdsReference(value) ? null : fateOf(json, value);
  if (fate === null || fate.kind === 'changed') return { result: json };
  return fate.kind === 'same' ? value : withExactText(value, fate.exact);
};

const isJson = (value: unknown): value is Json => value !== undefined;

const ofJson = (value: unknown): JsonObject => {
  if (holdsReference(value)) return { result: jsonText(value) };
  return isJsonObject(value) ? value : { result: isJson(value) ? value : '' };
};

/** What a failed function says is all told as its error. */
const ofError = ({ value }: ResultTurn): JsonObject => ({
  error: 'text' in value ? wellFormed(value.text) : isJson(value.json) ? value.json : '',
});

/**
 * A result as the object that Gemini wants: a JSON object as it is, anything else as `{result: …}`, since strings,
 * arrays and null are refused there (ai-sdk 4.0.70).
 */
export const resultResponse = (turn: ResultTurn): JsonObject => {
  if (turn.isError === true) return ofError(turn);
  return 'text' in turn.value ? ofText(turn.value.text) : ofJson(turn.value.json);
};
