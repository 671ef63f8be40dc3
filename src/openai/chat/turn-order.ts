import type { ModelTraits } from '../../gemini/model-traits.ts';
import type { Content } from '../../gemini/request.ts';

const hasResults = (content: Content): boolean => content.parts.some((part) => part.functionResponse !== undefined);

/** Turns of one role in a row become one, their parts as they are; results of functions stay by themselves. */
const canJoin = (a: Content, b: Content): boolean => a.role === b.role && !hasResults(a) && !hasResults(b);

const joined = (contents: readonly Content[]): readonly Content[] => {
  const done: Content[] = [];
  for (const next of contents) {
    const last = done.at(-1);
    if (last !== undefined && canJoin(last, next)) done[done.length - 1] = { role: last.role, parts: [...last.parts, ...next.parts] };
    else done.push(next);
  }
  return done;
};

/** A conversation must begin with the user ("function call turn comes immediately after a user turn"). */
const begun = (contents: readonly Content[]): readonly Content[] =>
  contents[0]?.role === 'model' ? [{ role: 'user', parts: [{ text: ' ' }] }, ...contents] : contents;

/** From 3.5-flash-lite and 3.6 on a conversation that ends with the model is refused: ask it to go on. */
const ended = (contents: readonly Content[], traits: ModelTraits): readonly Content[] =>
  contents.at(-1)?.role === 'model' && !traits.prefill ? [...contents, { role: 'user', parts: [{ text: 'Continue.' }] }] : contents;

/** Turns in an order that Gemini takes. */
export const finished = (contents: readonly Content[], traits: ModelTraits): readonly Content[] =>
  ended(begun(joined(contents)), traits);
