import type { Content, RequestPart } from '../request.ts';

const hasResults = (content: Content): boolean => content.parts.some((part) => part.functionResponse !== undefined);

/** Turns of one role in a row become one, their parts as they are; results of functions stay by themselves. */
const joinTurns = (contents: readonly Content[]): readonly Content[] => {
  if (contents.every(({ role }, at) => at === 0 || role !== contents[at - 1]?.role)) return contents;
  const joined: Content[] = [];
  let last: Content | null = null;
  /** The parts of the last one, where it is made of several. */
  let grown: RequestPart[] | null = null;
  for (const next of contents) {
    if (last === null || last.role !== next.role || hasResults(next) || (grown === null && hasResults(last))) {
      joined.push(next);
      last = next;
      grown = null;
      continue;
    }
    if (grown === null) {
      grown = [...last.parts];
      joined[joined.length - 1] = { role: last.role, parts: grown };
    }
    for (const part of next.parts) grown.push(part);
  }
  return joined;
};

/** A conversation must begin with the user ("function call turn comes immediately after a user turn"). */
const beginWithUser = (contents: readonly Content[]): readonly Content[] =>
  contents[0]?.role === 'model' ? [{ role: 'user', parts: [{ text: ' ' }] }, ...contents] : contents;

/** From 3.5-flash-lite and 3.6 on a conversation that ends with the model is refused: ask it to go on. */
const endWithUser = (contents: readonly Content[], prefill: boolean): readonly Content[] =>
  contents.at(-1)?.role === 'model' && !prefill
    ? [...contents, { role: 'user', parts: [{ text: 'Continue.' }] }]
    : contents;

/** Turns in an order that Gemini takes; `prefill` tells whether the model may be left to go on with its own words. */
export const orderTurns = (contents: readonly Content[], prefill: boolean): readonly Content[] =>
  endWithUser(beginWithUser(joinTurns(contents)), prefill);
