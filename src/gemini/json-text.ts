import { E } from '../kernel/fp.ts';
import { jsonOutline } from '../kernel/json-outline.ts';
import { wellFormedJson } from '../kernel/well-formed.ts';
import type { Json } from './request.ts';

/** As for a whole body: what walks a value that nests deeper could overflow the stack, and many names cost much. */
const bounds = { depth: 100, values: 400_000, itemValues: 400_000, itemTexts: 100_000, objectFields: 10_000 };

const [openArray, openObject] = [0x5b, 0x7b];

/** True where so few brackets open, in so few characters, that no bound can be met: most texts need no closer look. */
const isPlain = (text: string): boolean => {
  if (text.length > bounds.objectFields) return false;
  let open = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === openArray || code === openObject) open += 1;
  }
  return open <= bounds.depth;
};

/** What is wrong with JSON in a text. */
export type TextFault =
  'nested too deep' | 'too large: it has too many values, or an object in it too many fields' | 'not valid JSON';

const textFault = (text: string): TextFault | null => {
  if (isPlain(text)) return null;
  const fault = jsonOutline(Buffer.from(text), bounds).readTo(Infinity);
  if (fault === null) return null;
  return fault === 'too deep'
    ? 'nested too deep'
    : 'too large: it has too many values, or an object in it too many fields';
};

/** JSON that a request holds as a text inside its own: arguments of calls, results. Left says what is wrong with it. */
export const jsonOf = (text: string): E.Either<TextFault, Json> => {
  const fault = textFault(text);
  return fault === null
    ? E.tryCatch(
        (): Json => JSON.parse(wellFormedJson(text)),
        () => 'not valid JSON',
      )
    : E.left(fault);
};
