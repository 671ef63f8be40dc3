import { E, pipe } from '../../../kernel/fp.ts';
import type { ProxyError } from '../../../kernel/proxy-error.ts';
import { jsonText, wellFormed, wellFormedJson } from '../../../kernel/well-formed.ts';
import type { Json, JsonObject, RequestPart } from '../../../gemini/request.ts';
import { fateOf, withExactText } from '../../../gemini/exact-json.ts';
import { isJsonObject } from '../../../gemini/is-json-object.ts';
import { jsonOf } from '../../../gemini/json-text.ts';
import { contentParts, isContentParts, type Media } from './parts.ts';

/** What a tool gave back: the object that Gemini wants, and the pictures that can't be in it. */
export type FunctionResult = { readonly response: JsonObject; readonly media: readonly RequestPart[] };

/** Undefined for what is no JSON, or nests too deep to be walked: then it stays the text that it is. */
const parsed = (text: string): unknown => E.getOrElse((): unknown => undefined)(jsonOf(text));

/** A JSON Schema's `$ref` in a result would be read as a reference to a media part (ai-sdk 4.0.80). */
const holdsReference = (value: unknown): boolean =>
  isJsonObject(value)
    ? Object.hasOwn(value, '$ref') || Object.values(value).some(holdsReference)
    : Array.isArray(value) && value.some(holdsReference);

/**
 * A result in JSON is an object for Gemini as long as that says the same: there numbers are doubles and names have no
 * order (google.protobuf.Struct), so what would be another number, or in another order, stays the text that it is.
 */
const fromText = (text: string): JsonObject => {
  const value = text.trimStart().startsWith('{') ? parsed(text) : undefined;
  if (!isJsonObject(value)) return { result: wellFormed(text) };
  const json = wellFormedJson(text);
  const fate = holdsReference(value) ? null : fateOf(json, value);
  if (fate === null || fate.kind === 'changed') return { result: json };
  return fate.kind === 'same' ? value : withExactText(value, fate.exact);
};

/** What was parsed from JSON can only be JSON, or not be there. */
const isPresent = (value: unknown): value is Json => value !== undefined;

/**
 * A tool message's content as a function response: a JSON object as it is, anything else as `{result: …}`, since
 * strings, arrays and null are refused there (ai-sdk 4.0.70). Content parts give their text, and media apart.
 */
export const functionResult = (content: unknown, path: string, media: Media): E.Either<ProxyError, FunctionResult> => {
  if (typeof content === 'string') return E.right({ response: fromText(content), media: [] });
  if (isContentParts(content)) {
    return pipe(
      contentParts(content, path, media),
      E.map((parts) => ({
        response: fromText(parts.flatMap((part) => part.text ?? []).join('')),
        media: parts.filter((part) => part.inlineData !== undefined),
      })),
    );
  }
  if (holdsReference(content)) return E.right({ response: { result: jsonText(content) }, media: [] });
  const response = isJsonObject(content) ? content : { result: isPresent(content) ? content : '' };
  return E.right({ response, media: [] });
};
