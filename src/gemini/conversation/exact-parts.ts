import { isObject } from '../../kernel/is-object.ts';
import { rewriteNumbers } from '../../kernel/raw-json.ts';
import { jsonText } from '../../kernel/well-formed.ts';
import { withExactText } from '../exact-json.ts';
import { isJsonObject } from '../is-json-object.ts';
import type { JsonObject } from '../request.ts';
import { longNumbers, type LongNumbers } from '../schema/long-numbers.ts';

const withNumbers = (value: JsonObject, numbers: LongNumbers): JsonObject =>
  withExactText(value, rewriteNumbers(jsonText(value), (written) => numbers.get(Number(written)) ?? written));

const fields: readonly (readonly [string, string])[] = [
  ['toolCall', 'args'],
  ['toolResponse', 'response'],
];

const exactPart = (part: unknown, numbers: LongNumbers): unknown => {
  if (!isObject(part)) return part;
  const nested = part['part'];
  if (isObject(nested)) return { ...part, part: exactPart(nested, numbers) };
  for (const [field, content] of fields) {
    const holder = part[field];
    const value = isObject(holder) ? holder[content] : undefined;
    if (isObject(holder) && isJsonObject(value)) {
      return { ...part, [field]: { ...holder, [content]: withNumbers(value, numbers) } };
    }
  }
  return part;
};

/** A number of so many digits may be another one when it is written again. */
const longNumber = /\d{16}|\d\.\d{15}/;

/**
 * Parts of Google's own tools, or stretches that hold them, with long numbers as they stand in this JSON text: what
 * such a tool was asked and gave goes back as it came.
 */
export const withExactParts = (parts: unknown, json: string): unknown => {
  const isOfTools = fields.some(([field]) => json.includes(`"${field}"`));
  if (!Array.isArray(parts) || !isOfTools || !longNumber.test(json)) return parts;
  const numbers = longNumbers(json);
  return numbers.size === 0 ? parts : parts.map((part) => exactPart(part, numbers));
};
